/** Makes a case that fails smaller, while it fails in the same way: fewer rows, then a simpler query, then simpler rows. */
import { checkCase, type Verdict } from './check-case.ts'
import type { Judge } from './duckdb.ts'
import type { RandomCase } from './random-case.ts'
import { COLUMNS, type Step } from './world.ts'

/** Runs of a case, so that a failure is shown after a bounded time. */
const MOST_TRIES = 1500
/** The values behind `ID` that may become NULL: all but `TS`, the last one. */
const SIMPLER_COLUMNS = COLUMNS.length - 2

export interface Shrunk {
  readonly case: RandomCase
  readonly verdict: Verdict
}

export async function shrink(one: RandomCase, judge: Judge): Promise<Shrunk> {
  const shrinking = new Shrinking(one, judge)
  await shrinking.run()
  return { case: shrinking.best, verdict: shrinking.verdict }
}

class Shrinking {
  best: RandomCase
  verdict: Verdict = { kind: 'equal' }
  readonly #judge: Judge
  #kind = ''
  #tries = 0

  constructor(one: RandomCase, judge: Judge) {
    this.best = one
    this.#judge = judge
  }

  async run(): Promise<void> {
    this.verdict = await checkCase(this.best, this.#judge)
    this.#kind = kindOf(this.verdict)
    await this.#set({ partitions: 1 })
    await this.#set({ coalesces: false })
    await this.#set({ restartAt: this.best.steps.length })
    for (let before = ''; before !== JSON.stringify(this.best) && this.#tries < MOST_TRIES; ) {
      before = JSON.stringify(this.best)
      await this.#fewerSteps()
      await this.#fewerChoices()
      await this.#smallerChoices()
      await this.#simplerValues()
    }
  }

  /** Keeps the change if the case fails as before. */
  async #set(change: Partial<RandomCase>): Promise<boolean> {
    if (this.#tries >= MOST_TRIES) return false
    this.#tries++
    const candidate = { ...this.best, ...change }
    const verdict = await checkCase(candidate, this.#judge)
    if (kindOf(verdict) !== this.#kind) return false
    this.best = candidate
    this.verdict = verdict
    return true
  }

  async #fewerSteps(): Promise<void> {
    for (let size = Math.ceil(this.best.steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (let at = 0; at < this.best.steps.length; ) {
        const { steps, restartAt } = this.best
        const fewer = {
          steps: without(steps, at, size),
          restartAt: restartAt > at ? Math.max(at, restartAt - size) : restartAt,
        }
        if (!(await this.#set(fewer))) at += size
      }
    }
  }

  async #fewerChoices(): Promise<void> {
    for (const size of [16, 8, 4, 2, 1]) {
      for (let at = 0; at < this.best.choices.length; ) {
        if (!(await this.#set({ choices: without(this.best.choices, at, size) }))) at += size
      }
    }
  }

  async #smallerChoices(): Promise<void> {
    for (let at = 0; at < this.best.choices.length; at++) {
      for (const value of [0, Math.floor(this.best.choices[at]! / 2)]) {
        if (value >= this.best.choices[at]!) continue
        if (await this.#set({ choices: this.best.choices.with(at, value) })) break
      }
    }
  }

  async #simplerValues(): Promise<void> {
    for (let at = 0; at < this.best.steps.length; at++) {
      for (let column = 0; column < SIMPLER_COLUMNS; column++) {
        const step = this.best.steps[at]!
        if (step.values === null || step.values[column] === null) continue
        const simpler: Step = { ...step, values: step.values.with(column, null) }
        await this.#set({ steps: this.best.steps.with(at, simpler) })
      }
    }
  }
}

const without = <T>(items: readonly T[], at: number, count: number): T[] => [
  ...items.slice(0, at),
  ...items.slice(at + count),
]

/** What a failure is about, without its values. */
function kindOf(verdict: Verdict): string {
  if (verdict.kind !== 'failed') return verdict.kind
  const [first = ''] = verdict.message.split('\n')
  if (verdict.message.includes('state\n')) return 'state'
  return first.startsWith('columns') || first.startsWith('after')
    ? 'content'
    : first.replaceAll(/\d+/g, '_').slice(0, 60)
}
