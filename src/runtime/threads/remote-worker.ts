/** A worker in a thread of its own, as the main thread sees it. */

import type { PhysicalPlan } from '../../plan/physical-plan.ts'
import type { TableIndex } from '../../plan/table-index.ts'
import type { JsonRows } from '../../types/row-json.ts'
import type { Row } from '../../types/value.ts'
import type { QueryAssignment, WantedChange } from '../assignment.ts'
import type { ClusterMember } from '../cluster-member.ts'
import type { FetchTotals, QueryProgress } from '../query-progress.ts'
import type { PullForm, PushRow } from '../query-runtime.ts'
import type { StoreLag } from '../store-lag.ts'
import type { SettleScope, Worker, WorkerListener, WorkerLostError, WorkerPull } from '../worker.ts'
import type { CallMessage, PullPart, WorkerCalls, WorkerMessage } from './protocol.ts'
import { plainRows, pushedRows, type RowBatchCodec } from './row-batches.ts'
import { keyCodecOf, SentForms, writePull } from './wire-pull.ts'

interface Waiting {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

interface RemoteQuery {
  readonly assignment: QueryAssignment
  /** Null: it is no push query. */
  readonly rows: RowBatchCodec<PushRow> | null
}

/** Turns calls into messages, and messages of the thread into results and events. */
export class RemoteWorker implements Worker {
  readonly #post: (message: CallMessage) => void
  readonly #listener: WorkerListener
  readonly #calls = new Map<number, Waiting>()
  readonly #queries = new Map<string, RemoteQuery>()
  readonly #forms = new SentForms()
  /** What is made of a form once, to read its rows. */
  readonly #codecs = new WeakMap<PullForm, RowBatchCodec<Row>>()
  readonly #progress = new Map<string, QueryProgress>()
  /** Plans of queries that have standbys here. */
  readonly #followed = new Map<string, PhysicalPlan>()
  #totals: FetchTotals = new Map()
  #throttledMs = 0
  #lags: readonly StoreLag[] = []
  #nextId = 1
  #isClosed = false
  #lost: WorkerLostError | null = null

  constructor(post: (message: CallMessage) => void, listener: WorkerListener) {
    this.#post = post
    this.#listener = listener
  }

  async start(assignment: QueryAssignment): Promise<void> {
    const { queryId, plan } = assignment
    this.#queries.set(queryId, { assignment, rows: pushedRows(plan.steps) })
    await this.#call('start', assignment)
  }

  async stop(queryId: string, { purge }: { readonly purge: boolean }): Promise<void> {
    await this.#call('stop', { queryId, purge })
    this.#queries.delete(queryId)
    this.#progress.delete(queryId)
  }

  async setMember(member: ClusterMember | null): Promise<void> {
    await this.#call('setMember', member)
  }

  async release(slots: readonly number[], { commit }: { readonly commit: boolean }): Promise<void> {
    await this.#call('release', { slots, commit })
  }

  async follow(assignment: QueryAssignment): Promise<void> {
    const { queryId, plan, tasks } = assignment
    if (tasks.length === 0) this.#followed.delete(queryId)
    else this.#followed.set(queryId, plan)
    await this.#call('follow', assignment)
  }

  async setPaused(queryId: string, isPaused: boolean): Promise<void> {
    await this.#call('setPaused', { queryId, isPaused })
  }

  async setIndexes(queryId: string, indexes: readonly TableIndex[]): Promise<void> {
    await this.#call('setIndexes', { queryId, indexes })
  }

  async setWanted(queryId: string, changes: readonly WantedChange[]): Promise<void> {
    await this.#call('setWanted', { queryId, changes })
  }

  async *pull(queryId: string, request: WorkerPull): AsyncIterable<readonly Row[]> {
    const codec = this.#codecOf(request.form)
    const argument = this.#pullOf(queryId, request)
    if (argument === null) return
    const first = await this.#call('pull', argument)
    for await (const batch of this.#parts(first, (cursor) => this.#call('pullMore', { cursor })))
      yield codec.decode(batch)
  }

  async *pullJson(queryId: string, request: WorkerPull): AsyncIterable<JsonRows> {
    const argument = this.#pullOf(queryId, request)
    if (argument === null) return
    const first = await this.#call('pullJson', argument)
    // Most answers have one part.
    if (first.cursor !== null) yield* this.#parts(first, (cursor) => this.#call('pullMoreJson', { cursor }))
    else if (first.batch !== null) yield first.batch
  }

  progress(queryId: string): QueryProgress | undefined {
    return this.#progress.get(queryId)
  }

  get lags(): readonly StoreLag[] {
    return this.#lags
  }

  get totals(): FetchTotals {
    return this.#totals
  }

  get throttledMs(): number {
    return this.#throttledMs
  }

  async refresh(): Promise<void> {
    await this.#call('tell', null)
  }

  settle(scope: SettleScope | null): Promise<boolean> {
    return this.#call('settle', scope)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    if (this.#lost === null) await this.#call('close', null).catch(() => {})
  }

  /** Whether the worker was closed, so that the end of its thread is expected. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  /** The query with that number; null if it is not here. */
  queryOf(number: number): string | null {
    for (const { assignment } of this.#queries.values()) if (assignment.number === number) return assignment.queryId
    return null
  }

  /** Takes a message of the thread. */
  onMessage(message: WorkerMessage): void {
    switch (message.kind) {
      case 'reply':
        this.#take(message.id)?.resolve(message.result)
        return
      case 'refusal':
        this.#take(message.id)?.reject(new Error(message.message))
        return
      case 'failure':
        this.#listener.onFailure(message.queryId, message.failure)
        return
      case 'rewind':
        this.#listener.onRewind(message.queryIds, message.reason)
        return
      case 'notice':
        this.#listener.onNotice(message.queryId, message.notice)
        break
      case 'processingError':
        this.#listener.onProcessingError(message.queryId, message.error)
        return
      case 'progress':
        this.#totals = message.totals
        this.#throttledMs = message.throttledMs
        for (const [queryId, progress] of message.progress) {
          if (this.#queries.has(queryId)) this.#progress.set(queryId, progress)
        }
        return
      case 'lags':
        this.#lags = message.lags
        return
      case 'rows':
        this.#takeRows(message)
    }
  }

  /** Rejects all calls: the thread has ended. */
  lose(error: WorkerLostError): void {
    this.#lost = error
    for (const { reject } of this.#calls.values()) reject(error)
    this.#calls.clear()
  }

  #takeRows({ queryId, batch }: Extract<WorkerMessage, { kind: 'rows' }>): void {
    const rows = this.#queries.get(queryId)?.rows ?? null
    if (rows !== null) this.#listener.onRows(queryId, rows.decode(batch))
  }

  /** Null: the query is not here. */
  #pullOf(queryId: string, request: WorkerPull): WorkerCalls['pull']['takes'] | null {
    const plan = this.#queries.get(queryId)?.assignment.plan ?? this.#followed.get(queryId)
    if (plan === undefined) return null
    return { queryId, request: writePull(request, this.#forms.of(request.form), keyCodecOf(plan)) }
  }

  /** The batches of an answer. Ending early ends the reading in the worker. */
  async *#parts<Batch>(
    first: PullPart<Batch>,
    more: (cursor: number) => Promise<PullPart<Batch>>,
  ): AsyncGenerator<Batch> {
    let part = first
    try {
      while (part.batch !== null) {
        const { cursor } = part
        yield part.batch
        if (cursor === null) break
        part = await more(cursor)
      }
    } finally {
      if (part.cursor !== null) await this.#call('pullEnd', { cursor: part.cursor }).catch(() => {})
    }
  }

  #codecOf(form: PullForm): RowBatchCodec<Row> {
    const known = this.#codecs.get(form)
    if (known !== undefined) return known
    const made = plainRows(form.columns)
    this.#codecs.set(form, made)
    return made
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#calls.get(id)
    this.#calls.delete(id)
    return waiting
  }

  #call<Name extends keyof WorkerCalls>(
    name: Name,
    argument: WorkerCalls[Name]['takes'],
  ): Promise<WorkerCalls[Name]['gives']> {
    if (this.#lost !== null) return Promise.reject(this.#lost)
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      this.#calls.set(id, { resolve: (result) => resolve(result as WorkerCalls[Name]['gives']), reject })
      this.#post({ kind: 'call', id, name, argument } as CallMessage)
    })
  }
}
