/** The worker's side of the protocol: carries out calls on the worker, and posts the events of the worker. */

import type { Scheduled, Timer } from '../../clock.ts'
import { messageOf } from '../../errors.ts'
import type { PhysicalPlan } from '../../plan/physical-plan.ts'
import { type JsonRows, jsonRows } from '../../types/row-json.ts'
import { SharedJson } from '../../types/shared-json.ts'
import type { Row } from '../../types/value.ts'
import type { QueryAssignment } from '../assignment.ts'
import type { QueryProgress } from '../query-progress.ts'
import type { PushRow } from '../query-runtime.ts'
import type { InProcessWorker, WorkerListener } from '../worker.ts'
import type { CallMessage, MainMessage, PullPart, WorkerCalls, WorkerMessage } from './protocol.ts'
import { pushedRows, type RowBatch, type RowBatchCodec } from './row-batches.ts'
import { type FormCodecs, keyCodecOf, ReceivedForms, readPull } from './wire-pull.ts'

/** Time between reports of progress to the main thread. */
const PROGRESS_MS = 500
/** Part of the thread's time that these reports may take: those of ten thousand queries take long, and come less often. */
const PROGRESS_SHARE = 0.05

interface ServedQuery {
  readonly assignment: QueryAssignment
  /** Null: it is no push query. */
  readonly rows: RowBatchCodec<PushRow> | null
}

interface OpenPull {
  readonly batches: AsyncIterator<readonly Row[]>
  readonly codecs: FormCodecs
  /** What follows the last batch that was sent. */
  next: Promise<IteratorResult<readonly Row[]>>
}

type Handlers = {
  readonly [Name in keyof WorkerCalls]: (argument: WorkerCalls[Name]['takes']) => Promise<WorkerCalls[Name]['gives']>
}

/** The thread's port to the main thread. */
export interface WorkerPort {
  postMessage(message: WorkerMessage, transfer: ArrayBuffer[]): void
  on(event: 'message', listener: (message: MainMessage) => void): void
}

export interface WorkerServerOptions {
  readonly port: WorkerPort
  readonly timer: Timer
  readonly open: (listener: WorkerListener) => InProcessWorker
  /** Called after `close` was answered. */
  readonly onClosed: () => void
}

export class WorkerServer {
  readonly #options: WorkerServerOptions
  readonly #worker: InProcessWorker
  readonly #queries = new Map<string, ServedQuery>()
  /** Plans of queries that have standbys here. */
  readonly #followed = new Map<string, PhysicalPlan>()
  readonly #pulls = new Map<number, OpenPull>()
  readonly #forms = new ReceivedForms()
  /** Plans and configurations of many like queries have most of their parts in common. */
  readonly #shared = new SharedJson()
  readonly #marks = new Map<string, string>()
  readonly #reporting: Scheduled
  /** By the timer: when the next report by itself may come. */
  #reportAt = 0
  #nextCursor = 1

  constructor(options: WorkerServerOptions) {
    this.#options = options
    this.#worker = options.open(this.#listener())
    options.port.on('message', (message) => {
      if (message.kind === 'call') void this.#answer(message)
    })
    this.#reporting = options.timer.every(PROGRESS_MS, () => {
      if (options.timer.elapsed() >= this.#reportAt) this.#report()
    })
  }

  readonly #handlers: Handlers = {
    start: async (received) => {
      const assignment = this.#withShared(received)
      const rows = pushedRows(assignment.plan.steps)
      this.#queries.set(assignment.queryId, { assignment, rows })
      await this.#worker.start(assignment)
      this.#postProgress([assignment.queryId])
      return null
    },
    stop: async ({ queryId, purge }) => {
      await this.#worker.stop(queryId, { purge })
      this.#queries.delete(queryId)
      this.#marks.delete(queryId)
      return null
    },
    setMember: async (member) => {
      await this.#worker.setMember(member)
      return null
    },
    release: async ({ slots, commit }) => {
      await this.#worker.release(slots, { commit })
      this.#postProgress()
      return null
    },
    follow: async (assignment) => {
      const { queryId, plan, tasks } = assignment
      if (tasks.length === 0) this.#followed.delete(queryId)
      else this.#followed.set(queryId, plan)
      await this.#worker.follow(assignment)
      this.#postLags()
      return null
    },
    setPaused: async ({ queryId, isPaused }) => {
      await this.#worker.setPaused(queryId, isPaused)
      return null
    },
    setWanted: async ({ queryId, changes }) => {
      await this.#worker.setWanted(queryId, changes)
      return null
    },
    setIndexes: async ({ queryId, indexes }) => {
      await this.#worker.setIndexes(queryId, indexes)
      this.#postProgress([queryId])
      return null
    },
    pull: (pull) => this.#pullPart(this.#openPull(pull), rowBatch),
    pullMore: ({ cursor }) => this.#pullPart(cursor, rowBatch),
    pullJson: (pull) => this.#pullPart(this.#openPull(pull), jsonBatch),
    pullMoreJson: ({ cursor }) => this.#pullPart(cursor, jsonBatch),
    pullEnd: async ({ cursor }) => {
      const pull = this.#pulls.get(cursor)
      this.#pulls.delete(cursor)
      await pull?.batches.return?.()
      return null
    },
    tell: async () => {
      this.#report()
      return null
    },
    settle: async (scope) => {
      const isQuiet = await this.#worker.settle(scope)
      this.#postProgress()
      return isQuiet
    },
    close: async () => {
      this.#reporting.cancel()
      await this.#worker.close()
      return null
    },
  }

  async #answer(message: CallMessage): Promise<void> {
    const { id, name } = message
    try {
      const handler = this.#handlers[name] as (argument: unknown) => Promise<unknown>
      const result = await handler(message.argument)
      this.#post({ kind: 'reply', id, result })
    } catch (error) {
      this.#post({ kind: 'refusal', id, message: messageOf(error) })
    }
    if (name === 'close') this.#options.onClosed()
  }

  #openPull({ queryId, request }: WorkerCalls['pull']['takes']): number {
    // Before anything is refused: later requests have the form by its number alone.
    const codecs = this.#forms.of(request.form)
    const plan = this.#queries.get(queryId)?.assignment.plan ?? this.#followed.get(queryId)
    if (plan === undefined) throw new Error(`Query ${queryId} is no longer on this worker.`)
    const cursor = this.#nextCursor++
    const wanted = readPull(request, codecs.form, keyCodecOf(plan))
    const batches = this.#worker.pull(queryId, wanted)[Symbol.asyncIterator]()
    this.#pulls.set(cursor, { batches, codecs, next: batches.next() })
    return cursor
  }

  async #pullPart<Batch>(
    cursor: number,
    encode: (rows: readonly Row[], codecs: FormCodecs) => Batch,
  ): Promise<PullPart<Batch>> {
    const pull = this.#pulls.get(cursor)
    const part = await pull?.next
    if (pull === undefined || part === undefined || part.done) {
      this.#pulls.delete(cursor)
      return { batch: null, cursor: null }
    }
    const batch = encode(part.value, pull.codecs)
    // The last batch says that it is the last: most pull queries need one message.
    pull.next = pull.batches.next()
    const isLast = await pull.next.then(
      ({ done }) => done === true,
      () => false,
    )
    if (isLast) this.#pulls.delete(cursor)
    return { batch, cursor: isLast ? null : cursor }
  }

  #listener(): WorkerListener {
    return {
      onFailure: (queryId, failure) => this.#post({ kind: 'failure', queryId, failure }),
      onRewind: (queryIds, reason) => this.#post({ kind: 'rewind', queryIds, reason }),
      onNotice: (queryId, notice) => this.#post({ kind: 'notice', queryId, notice }),
      onProcessingError: (queryId, error) => this.#post({ kind: 'processingError', queryId, error }),
      onRows: (queryId, rows) => {
        const query = this.#queries.get(queryId)
        const batch = query?.rows?.encode(rows)
        if (batch !== undefined) this.#post({ kind: 'rows', queryId, batch })
      },
    }
  }

  #withShared(received: QueryAssignment): QueryAssignment {
    const { plan, config, outputs } = received
    return {
      ...received,
      plan: this.#shared.share(plan),
      config: this.#shared.share(config),
      outputs: this.#shared.share(outputs),
    }
  }

  /** Posts the progress of those queries that have moved since the last report. */
  #postProgress(queryIds: Iterable<string> = this.#queries.keys()): void {
    const progress: (readonly [string, QueryProgress])[] = []
    for (const queryId of queryIds) {
      const mark = this.#worker.progressMark(queryId)
      if (mark === undefined || this.#marks.get(queryId) === mark) continue
      this.#marks.set(queryId, mark)
      progress.push([queryId, this.#worker.progress(queryId)!])
    }
    const { totals, throttledMs } = this.#worker
    if (progress.length > 0) this.#post({ kind: 'progress', progress, totals, throttledMs })
  }

  #report(): void {
    const { timer } = this.#options
    const startedAt = timer.elapsed()
    this.#postProgress()
    if (this.#followed.size > 0) this.#postLags()
    this.#reportAt = startedAt + (timer.elapsed() - startedAt) / PROGRESS_SHARE
  }

  #postLags(): void {
    this.#post({ kind: 'lags', lags: this.#worker.lags })
  }

  #post(message: WorkerMessage): void {
    this.#options.port.postMessage(message, transferOf(message))
  }
}

const rowBatch = (rows: readonly Row[], { rows: codec }: FormCodecs): RowBatch => codec.encode(rows)
const jsonBatch = (rows: readonly Row[], { json }: FormCodecs): JsonRows => jsonRows(rows, json)

/** Bytes of rows are moved, not copied. */
function transferOf(message: WorkerMessage): ArrayBuffer[] {
  if (message.kind === 'rows') return [message.batch.bytes.buffer]
  const batch =
    message.kind === 'reply' ? (message.result as { readonly batch?: Partial<RowBatch> | null } | null)?.batch : null
  return batch?.bytes === undefined ? [] : [batch.bytes.buffer]
}
