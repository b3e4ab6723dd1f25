/** `millrace server`: runs until a signal stops it, and loses nothing that it has acknowledged. */

import { sleep, systemTimer, type Timer } from '../../clock.ts'

export interface ServerCommandOptions {
  readonly listen?: string
  readonly dataDir?: string
  readonly bootstrapServers?: string
  readonly config?: string
  readonly logLevel?: string
  readonly queriesFile?: string
  readonly check: boolean
}

/** A started server. */
export interface Serving {
  readonly urls: readonly string[]
  /** Where records are stored, in words for the user. */
  readonly storage: string
  /** Resolves when the server accepts statements; rejects if it cannot start. */
  readonly ready: Promise<void>
  close(): Promise<void>
}

/** Opens the ports and starts the engine; null with `check`. Rejects with an Error whose message is for the user. */
export type Serve = (options: ServerCommandOptions) => Promise<Serving | null>

/** The process around a server. */
export interface ServerProcess {
  readonly print: (line: string) => void
  readonly complain: (line: string) => void
  /** The next SIGINT or SIGTERM. */
  readonly signal: () => Promise<NodeJS.Signals>
  /** Ends the process whatever it waits for. */
  readonly exit: (code: number) => void
  readonly timer: Timer
}

/** How long a server that never got ready may take to close what it had opened. */
const GIVE_UP_MS = 3000

/** Resolves to the exit code when the server has ended. */
export async function runServer(options: ServerCommandOptions, serve: Serve, process: ServerProcess): Promise<number> {
  const serving = await serve(options)
  if (serving === null) {
    process.print('The configuration is fine.')
    return 0
  }
  const stopped = process.signal()
  try {
    const early = await Promise.race([serving.ready.then(() => null), stopped])
    if (early !== null) return await giveUp(serving, early, process)
  } catch (error) {
    process.complain((error as Error).message)
    await serving.close()
    return 1
  }
  process.print(
    `Millrace listens on ${serving.urls.join(', ')}, ${serving.storage}. Its console is at ${serving.urls[0]}/console. Ctrl-C stops it.`,
  )
  const signal = await stopped
  process.print(`${signal}: finishing running work. A second signal stops at once.`)
  void process.signal().then((second) => process.exit(EXIT_CODES[second] ?? 1))
  if (!(await endsWithin(STOP_MS, serving.close(), process.timer))) {
    process.complain(`${signal}: ${DROPPED}`)
    process.exit(1)
    return 1
  }
  return 0
}

/** Whether `work` ends before `ms` have passed. */
async function endsWithin(ms: number, work: Promise<void>, timer: Timer): Promise<boolean> {
  const ended = new AbortController()
  const over = sleep(timer, ms, { signal: ended.signal }).then(() => false)
  return Promise.race([work.then(() => true), over]).finally(() => ended.abort())
}

/** How long running work may take to end, for instance while Kafka cannot be reached. */
const STOP_MS = 20_000
const DROPPED = 'Running work did not end within 20 s and is dropped. The next start continues from the last commits.'

const EXIT_CODES: Readonly<Partial<Record<NodeJS.Signals, number>>> = { SIGINT: 130, SIGTERM: 143 }

/** Nothing has been acknowledged yet, so what is still being opened need not be waited for. */
async function giveUp(
  serving: Serving,
  signal: NodeJS.Signals,
  { complain, exit, timer }: ServerProcess,
): Promise<number> {
  const closed = serving.close()
  const reason = serving.ready.then(
    () => 'The server was stopped before it was ready.',
    (error: Error) => error.message,
  )
  const over = sleep(timer, GIVE_UP_MS)
  complain(`${signal}: ${await Promise.race([reason, over.then(() => 'The server was stopped before it was ready.')])}`)
  await Promise.race([closed, over])
  exit(1)
  return 1
}

/** This process. */
export const thisProcess: ServerProcess = {
  print: (line) => console.log(line),
  complain: (line) => console.error(line),
  signal: () =>
    new Promise((resolve) => {
      const take = (signal: NodeJS.Signals) => {
        process.off('SIGINT', take)
        process.off('SIGTERM', take)
        resolve(signal)
      }
      process.on('SIGINT', take)
      process.on('SIGTERM', take)
    }),
  exit: (code) => process.exit(code),
  timer: systemTimer,
}
