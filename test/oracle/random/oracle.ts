/** Many random cases, one after the other. */
import { type CaseStatements, checkCase, planCase, statementsOf, type Verdict } from './check-case.ts'
import { Duckdb, type Judge } from './duckdb.ts'
import { type RandomCase, randomCase } from './random-case.ts'
import { shrink } from './shrink.ts'

export interface OracleOptions {
  readonly queries: number
  readonly seed: number
  /** SUM, COUNT and MAX written in JavaScript. */
  readonly inJavaScript: boolean
  /** Ends after so many. */
  readonly mostFailures: number
  readonly say: (line: string) => void
}

export interface OracleReport {
  readonly equal: number
  readonly refused: number
  readonly failures: number
}

const LINES_EVERY = 1000

export async function runOracle(options: OracleOptions): Promise<OracleReport> {
  const duckdb = await Duckdb.open()
  const report = await judgeAll(options, duckdb)
  duckdb.close()
  return report
}

/** `judge`: what says how a result must be. */
export async function judgeAll(options: OracleOptions, judge: Judge): Promise<OracleReport> {
  const { queries, seed, inJavaScript, mostFailures, say } = options
  say(`${queries} queries, seed ${seed}`)
  const refusals = new Refusals()
  let [equal, failures] = [0, 0]
  for (let i = 0; i < queries && failures < mostFailures; i++) {
    const one = randomCase(seed + i, inJavaScript)
    const verdict = await checkCase(one, judge)
    if (verdict.kind === 'equal') equal++
    else if (verdict.kind === 'refused') refusals.add(verdict.message, one)
    else {
      failures++
      say(await failureText(one, verdict, judge))
    }
    if ((i + 1) % LINES_EVERY === 0) say(`${i + 1}: ${equal} equal, ${refusals.count} refused, ${failures} failed`)
  }
  for (const line of refusals.lines()) say(line)
  say(`${equal} equal, ${refusals.count} refused, ${failures} failed; seed ${seed}`)
  return { equal, refused: refusals.count, failures }
}

async function failureText(one: RandomCase, verdict: Verdict, judge: Judge): Promise<string> {
  const smaller = await shrink(one, judge)
  const { millrace, duckdb: reference } = smallestOf(smaller.case)
  const { partitions, coalesces, restartAt, steps } = smaller.case
  const message = smaller.verdict.kind === 'failed' ? smaller.verdict.message : (verdict as { message: string }).message
  return [
    `FAILURE, seed ${one.seed}: ${partitions} partitions, ${coalesces ? 'with' : 'without'} held back changes, restart before step ${restartAt}`,
    millrace,
    `in DuckDB: ${reference}`,
    ...steps.map((step) => `  ${step.source} ${step.id} ${JSON.stringify(step.values)} at ${step.timestamp}`),
    message,
    '',
  ].join('\n')
}

/** The statement that ran; the first form of one that cannot be planned. */
function smallestOf(one: RandomCase): CaseStatements {
  try {
    return planCase(one)
  } catch {
    return statementsOf(one)[0]!
  }
}

/** Statements that were refused, by what the message says without its names. */
class Refusals {
  count = 0
  readonly #kinds = new Map<string, { count: number; readonly example: string }>()

  add(message: string, one: RandomCase): void {
    this.count++
    const kind = message.replaceAll(/\b[QX]?\d+\b/g, '_').slice(0, 90)
    const known = this.#kinds.get(kind) ?? {
      count: 0,
      example: `seed ${one.seed}: ${message}\n    ${statementsOf(one)[0]!.millrace}`,
    }
    known.count++
    this.#kinds.set(kind, known)
  }

  lines(): string[] {
    const kinds = [...this.#kinds.values()].sort((a, b) => b.count - a.count)
    return kinds.map(({ count, example }) => `refused ${count} times, such as ${example}`)
  }
}
