/** What a fault script is: a bounded run against real server processes on loopback, that prints what it measured and whether it held. */

export interface FaultOptions {
  /** Seed of everything that is random in the run. */
  readonly seed: number
  /** A number of the command line, `--name=value`; the default if it is not given. */
  readonly number: (name: string, byDefault: number) => number
  /** A text of the command line, as `number`. */
  readonly text: (name: string, byDefault: string) => string
  /** Tells how far the run is. */
  readonly say: (text: string) => void
}

export interface FaultResult {
  /** What did not hold, in words; empty: the run passed. */
  readonly failures: readonly string[]
  readonly measured: Readonly<Record<string, string | number>>
}

export type Fault = (options: FaultOptions) => Promise<FaultResult>
