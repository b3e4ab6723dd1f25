/**
 * Damage: one file of a data directory with topics, queries and acknowledged rows is flipped, cut, zeroed or deleted after a clean stop.
 * The server then starts or says what to do; what is lost is counted in its log, and what is wrong is told. Options: `seeds` (200), one
 * damage each, from `seed` on; `show` (0; 1: prints what is wrong although it was told); `crashed` (0; 1: only files of state are damaged, and
 * they have no seals, as after a crash).
 */
import { cpSync, globSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { check, type Reference, type Verdict } from './damage/check.ts'
import { damageOne } from './damage/damages.ts'
import type { ProbeReport } from './damage/probe.ts'
import { Prober } from './damage/prober.ts'
import type { Fault } from './fault.ts'
import { seeded, withDataDir } from './support/server.ts'

/** Events before the damage come in parts, each by a server of its own, so that there are several commits and checkpoints. */
const PARTS = [0, 120, 200, 280, 300]
const EVENTS = PARTS.at(-1)!
/** Events inserted by each start after the damage. */
const MORE = 6

export const damage: Fault = ({ seed, number, say }) =>
  withDataDir(async (directory) => {
    const seeds = number('seeds', 200)
    const prober = new Prober()
    try {
      const template = join(directory, 'template')
      const reference = await makeTemplate(prober, template)
      say('the data directory is filled')
      const failures: string[] = []
      const outcomes = { right: 0, told: 0, refused: 0 }
      for (let i = 0; i < seeds; i++) {
        const dataDir = join(directory, `seed-${seed + i}`)
        cpSync(template, dataDir, { recursive: true })
        if (number('crashed', 0) === 1) removeSeals(dataDir)
        const what = damageOne(join(dataDir, number('crashed', 0) === 1 ? 'state' : ''), seeded(seed + i))
        const verdict = await judge(prober, reference, { dataDir, damagedTopic: topicOf(what) })
        rmSync(dataDir, { recursive: true, force: true })
        outcomes[verdict.outcome]++
        failures.push(...verdict.failures.map((failure) => `seed ${seed + i}, ${what}: ${failure}`))
        if (number('show', 0) === 1 || verdict.failures.length > 0) show(say, seed + i, what, verdict)
      }
      return { failures, measured: { seeds, ...outcomes } }
    } finally {
      prober.close()
    }
  })

function removeSeals(dataDir: string): void {
  for (const path of globSync(join(dataDir, 'state/*/data.seal'))) rmSync(path)
}

async function makeTemplate(prober: Prober, dataDir: string): Promise<Reference> {
  mkdirSync(dataDir)
  let last: ProbeReport | null = null
  for (const [i, to] of PARTS.slice(1).entries())
    last = await prober.ask({ dataDir, job: i === 0 ? 'make' : 'look', from: PARTS[i]!, to })
  const reference = { events: EVENTS, sources: last!.looks.at(-1)!.sources }
  const { failures, wrong } = check(
    [{ report: last!, from: PARTS.at(-2)!, to: EVENTS }],
    { ...reference, events: PARTS.at(-2)! },
    { dataDir, damagedTopic: null },
  )
  if (failures.length + wrong.length > 0) throw new Error(`Wrong without damage: ${[...failures, ...wrong].join('; ')}`)
  return reference
}

/** The topic of rows whose segment was damaged; null if it was another file. */
const topicOf = (what: string): string | null => /^topics\/([A-Za-z]\w*)\/\d+\/\d+\.log /.exec(what)?.[1] ?? null

async function judge(
  prober: Prober,
  reference: Reference,
  damaged: { readonly dataDir: string; readonly damagedTopic: string | null },
): Promise<Verdict> {
  const reports: { report: ProbeReport; from: number; to: number }[] = []
  for (let start = 0; start < 2; start++) {
    const [from, to] = [EVENTS + start * MORE, EVENTS + (start + 1) * MORE]
    try {
      const report = await prober.ask({ dataDir: damaged.dataDir, job: 'look', from, to })
      reports.push({ report, from, to })
      if (report.refusal !== null) break
    } catch (error) {
      return { failures: [(error as Error).message], outcome: 'told', wrong: [] }
    }
  }
  return check(reports, reference, damaged)
}

function show(say: (text: string) => void, seed: number, what: string, { outcome, failures, wrong }: Verdict): void {
  say(`seed ${seed}: ${what}: ${failures.length > 0 ? 'FAILED' : outcome}`)
  for (const line of [...failures, ...wrong].slice(0, 8)) say(`    ${line.slice(0, 600)}`)
}
