/** Workers in worker threads. A worker is started for the first task that is placed on it. */
import { extname } from 'node:path'
import { Worker as Thread, type Transferable } from 'node:worker_threads'
import type { Timer } from '../../clock.ts'
import type { ResolvedSchema } from '../../registry/resolved-schema.ts'
import { WATCHED } from '../heartbeat.ts'
import type { Config } from '../query-config.ts'
import { type Worker, type WorkerListener, WorkerLostError, type WorkerProvider } from '../worker.ts'
import { YOUNG_GENERATION_MB } from './heap-limits.ts'
import type { LogMessage, ThreadMessage } from './protocol.ts'
import { RemoteWorker } from './remote-worker.ts'
import { answerSchemaCall } from './schema-calls.ts'
import type { BrokerConnection, StoresSetup, WorkerSetup } from './setup.ts'
import { WaitingCalls } from './waiting-calls.ts'
import { WorkerWatch, watchInterval } from './watch.ts'

export interface WorkerThreadsOptions {
  /** Threads, at least 1. */
  readonly count: number
  /** See `WorkerSetup`. */
  readonly serverId: string
  readonly config: Config
  /** Called for each worker that is started. */
  readonly connect: () => { readonly connection: BrokerConnection; readonly transfer: Transferable[] }
  readonly stores: StoresSetup
  readonly functionModules?: readonly string[]
  /** Gives workers a registered schema, or a text: why there is none. Absent: there is no registry. */
  readonly fetchSchema?: (id: number) => Promise<ResolvedSchema | string>
  readonly timer: Timer
  /** Called with the error of a worker that died or was ended. */
  readonly onDeath: (error: Error) => void
  /** Writes what workers have to say into the server's log. */
  readonly log: (message: Omit<LogMessage, 'kind'>) => void
}

/** The default in the table of settings. */
const DEFAULT_TIMEOUT_MS = 30_000

/** The entry beside this file, from source and from the build. */
const ENTRY = new URL(`./entry${extname(import.meta.filename)}`, import.meta.url)

/** A provider of workers in threads of their own. */
export function workerThreads(options: WorkerThreadsOptions): WorkerProvider {
  const ends = new Set<Promise<unknown>>()
  return {
    count: options.count,
    async open(index, listener, onLost) {
      const started = startWorker(options, index, listener, onLost)
      ends.add(started.ended)
      void started.ended.finally(() => ends.delete(started.ended))
      return started.worker
    },
    async close() {
      await Promise.allSettled(ends)
    },
  }
}

function startWorker(
  {
    serverId,
    config,
    connect,
    stores,
    functionModules = [],
    fetchSchema = async (id) => `Schema ${id} cannot be looked up: no schema registry is configured`,
    timer,
    onDeath,
    log,
  }: WorkerThreadsOptions,
  index: number,
  listener: WorkerListener,
  onLost: (suspect: string | null, cause: Error) => void,
): { readonly worker: Worker; readonly ended: Promise<unknown> } {
  const { connection, transfer } = connect()
  const watched = new SharedArrayBuffer(WATCHED.length * Int32Array.BYTES_PER_ELEMENT)
  const shared = new Int32Array(watched)
  const setup: WorkerSetup = { index, serverId, config, broker: connection, stores, functionModules, watched }
  const thread = new Thread(ENTRY, {
    workerData: setup,
    transferList: transfer,
    name: `millrace-${index}`,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
  })
  const calls = new WaitingCalls(shared)
  const worker = new RemoteWorker((message) => {
    calls.post(message.id)
    thread.postMessage(message)
  }, listener)
  let cause = new Error(`Worker thread ${index} ended.`)
  thread.on('message', (message: ThreadMessage) => {
    if (message.kind === 'log') log(message)
    else if (message.kind === 'schemaCall') {
      void answerSchemaCall(message, fetchSchema).then((answer) => thread.postMessage(answer))
    } else worker.onMessage(message)
  })
  thread.on('error', (error: Error) => {
    cause = error
  })
  const timeoutMs = Number(config['millrace.worker.timeout.ms'] ?? DEFAULT_TIMEOUT_MS)
  const unwatch = watch({ shared, limitMs: timeoutMs, timer }, () => {
    cause = new Error(`Worker thread ${index} did not come back from its work within ${timeoutMs} ms, and was ended.`)
    void thread.terminate()
  })
  const ended = new Promise((resolve) => thread.on('exit', resolve)).then(() => {
    unwatch()
    worker.lose(new WorkerLostError(`Worker thread ${index} has ended: ${cause.message}`, { cause }))
    if (worker.isClosed) return
    onDeath(cause)
    onLost(worker.queryOf(shared[WATCHED.workingFor]!), cause)
  })
  return { worker, ended }
}

interface Watching {
  readonly shared: Int32Array
  /** 0: the thread is not watched. */
  readonly limitMs: number
  readonly timer: Timer
}

/** Calls `onHang` once the thread has not beaten for `limitMs`. Ends when the returned function is called. */
function watch({ shared, limitMs, timer }: Watching, onHang: () => void): () => void {
  if (!(limitMs > 0)) return () => {}
  const everyMs = watchInterval(limitMs)
  const watched = new WorkerWatch({ shared, limitMs, everyMs, now: () => timer.elapsed(), onHang })
  const checking = timer.every(everyMs, () => watched.check(), { background: true })
  return () => checking.cancel()
}
