/**
 * Times of pull queries that come at a steady rate, while records are inserted over another connection. Queries and records leave from a process each,
 * so that a pause of one is not a pause of the other, nor of the server.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { getPriority, setPriority } from 'node:os'
import { join } from 'node:path'
import type { InserterOptions } from './inserter.ts'
import type { LoadOptions, LoadReport, LoadRequest } from './load.ts'
import type { MeasuredServer } from './measured-server.ts'

export interface TimesOptions extends Omit<LoadOptions, 'url'> {
  /** Records a second; 0: none. */
  readonly ingest: number
  readonly seconds: number
}

export interface Times extends LoadReport {
  /** Rows a second that were acknowledged. */
  readonly inserted: number
}

const WARM_UP_SECONDS = 5

export async function measureTimes({ url }: MeasuredServer, options: TimesOptions): Promise<Times> {
  const { ingest, seconds, ...load } = options
  const inserter = start<InserterOptions>('inserter', { url, rate: ingest })
  const asker = start<LoadOptions>('load', { url, ...load })
  try {
    await answerOf<LoadReport>(asker, { seconds: WARM_UP_SECONDS } satisfies LoadRequest)
    const before = await answerOf<number>(inserter, {})
    const report = await answerOf<LoadReport>(asker, { seconds } satisfies LoadRequest)
    const after = await answerOf<number>(inserter, {})
    return { ...report, inserted: Math.round((after - before) / seconds) }
  } finally {
    for (const child of [inserter, asker]) child.kill()
  }
}

/** A process that gets a core before the server does, as a client on another machine would, where the system allows that. */
function start<Options>(name: string, options: Options): ChildProcess {
  const child = fork(join(import.meta.dirname, `${name}.ts`), [JSON.stringify(options)])
  try {
    setPriority(child.pid!, Math.max(HIGHEST_PRIORITY, getPriority() - 5))
  } catch {
    console.error(`The process ${name} has no higher priority than the server: its own waits count as the server's.`)
  }
  return child
}

/** A nice value. */
const HIGHEST_PRIORITY = -20

/** The message with which the process answers. Rejects if it ends before. */
async function answerOf<Answer>(child: ChildProcess, request: object): Promise<Answer> {
  const given = new AbortController()
  const ended = once(child, 'exit', given).then(() => {
    throw new Error(`${child.spawnargs.join(' ')} ended`)
  })
  const answered = once(child, 'message', given)
  child.send(request)
  try {
    const [answer] = await Promise.race([answered, ended])
    return answer as Answer
  } finally {
    given.abort()
    await Promise.allSettled([ended, answered])
  }
}
