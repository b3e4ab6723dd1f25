/** What is fuzzed: inputs, and what is done with each. One call may take a second; an error that is not of the expected kind is a finding. */
import fc from 'fast-check'
import { cpuTime } from '../support/cpu-time.ts'

export interface FuzzTarget {
  readonly name: string
  /** Fails for a finding. */
  readonly property: fc.IRawProperty<[unknown]>
}

const LIMIT_MS = 1000

/** `run` throws for a finding, and only then. `onStart`: called before each input. */
export function fuzzTarget<Input>(name: string, input: fc.Arbitrary<Input>, run: (input: Input) => void): FuzzTarget {
  const property = fc.property(input, (value) => {
    // The second time tells a slow call from one that had modules to load.
    if (cpuTime(() => run(value)) < LIMIT_MS) return
    const again = cpuTime(() => run(value))
    if (again >= LIMIT_MS) throw new Error(`took ${Math.round(again)} ms`)
  })
  return { name, property: property as unknown as FuzzTarget['property'] }
}

/** Runs `action`. An Error whose class is one of `allowed` (exactly: a RangeError is not an Error here) is no finding. */
export function expectErrors(allowed: readonly string[], action: () => void): void {
  try {
    action()
  } catch (error) {
    if (!(error instanceof Error) || !allowed.includes(error.constructor.name)) throw error
    if (error.message === '') throw new Error('an error without a message', { cause: error })
  }
}
