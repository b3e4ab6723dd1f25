/**
 * A benchmark of ours beside JavaScript by hand: parts of one job and the whole of it, in alternating rounds, each shape in a process of
 * its own, because what the engine learned from one must not speed up or slow down the next.
 */
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { median } from './median.ts'

/** Does its work for all records once; the number keeps the work from being left out. */
export type Run = () => number

export interface Part {
  /** The last part of a shape is the whole job, on which the verdict stands. */
  readonly name: 'decode' | 'evaluate' | 'encode' | 'whole job'
  readonly ours: Run
  readonly byHand: Run
}

export interface Work {
  readonly records: number
  readonly parts: readonly Part[]
  /** Said behind the shape's whole job. */
  readonly remark: string
}

interface Figures {
  readonly part: string
  readonly ours: number
  readonly byHand: number
  /** Above 1: ours is the faster. The median of the rounds' own ratios, which other load on the machine moves least. */
  readonly ratio: number
  readonly remark: string
}

/** `npm run bench -- NAME [part of a shape's name] [--rounds N]`. `file` is the calling module. */
export function compareSideBySide(file: string, shapes: ReadonlyMap<string, () => Work>): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { rounds: { type: 'string', default: '41' }, shape: { type: 'string' } },
  })
  const makeWork = shapes.get(values.shape ?? '')
  if (makeWork !== undefined) console.log(JSON.stringify(measure(makeWork(), Number(values.rounds))))
  else
    compareAll(
      file,
      [...shapes.keys()].filter((name) => name.includes(positionals[0] ?? '')),
      values.rounds,
    )
}

function compareAll(file: string, names: readonly string[], rounds: string): void {
  console.log(`${'ns per record, medians'.padEnd(WIDTH)}               ours  by hand    ratio`)
  const ratios = new Map<string, number>()
  for (const name of names) {
    const { status, stdout } = spawnSync(process.execPath, [file, '--shape', name, '--rounds', rounds], {
      stdio: ['ignore', 'pipe', 'inherit'],
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(`${name}: the measurement failed`)
    const all = JSON.parse(stdout) as Figures[]
    for (const figures of all) console.log(line(name, figures))
    ratios.set(name, all.at(-1)!.ratio)
  }
  const slower = [...ratios].filter(([, ratio]) => ratio < 1).map(([name, ratio]) => `${name} (${ratio.toFixed(2)})`)
  const equal = `whole job: at least as fast as by hand on ${ratios.size - slower.length} of ${ratios.size} shapes`
  console.log(slower.length === 0 ? equal : `${equal}; slower on ${slower.join(', ')}`)
}

const WIDTH = 32
const cell = (value: number, digits = 0): string => value.toFixed(digits).padStart(9)
const line = (name: string, { part, ours, byHand, ratio, remark }: Figures): string =>
  `${name.padEnd(WIDTH)} ${part.padEnd(9)}${cell(ours)}${cell(byHand)}${cell(ratio, 2)}  ${remark}`.trimEnd()

function measure({ parts, records, remark }: Work, rounds: number): Figures[] {
  return parts.map(({ name, ours, byHand }, i) => {
    const [mine, hands] = interleave(ours, byHand, rounds)
    return {
      part: name,
      ours: median(mine) / records,
      byHand: median(hands) / records,
      ratio: median(hands.map((ns, round) => ns / mine[round]!)),
      remark: i === parts.length - 1 ? remark : '',
    }
  })
}

/** Times in ns of both in each round, without the first rounds, in which the engine still compiles. */
function interleave(ours: Run, byHand: Run, rounds: number): readonly [number[], number[]] {
  const mine: number[] = []
  const hands: number[] = []
  for (let round = -Math.ceil(rounds / 3); round < rounds; round++) {
    const first = time(round % 2 === 0 ? ours : byHand)
    const second = time(round % 2 === 0 ? byHand : ours)
    if (round < 0) continue
    mine.push(round % 2 === 0 ? first : second)
    hands.push(round % 2 === 0 ? second : first)
  }
  return [mine, hands]
}

function time(run: Run): number {
  const start = process.hrtime.bigint()
  if (run() < 0) throw new Error('no result')
  return Number(process.hrtime.bigint() - start)
}
