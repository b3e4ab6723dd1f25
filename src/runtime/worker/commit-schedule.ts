/** When a worker commits: each query in its own interval, those that are part of one transaction together. */
import type { Clock, Scheduled, Timer } from '../../clock.ts'
import type { QueryAssignment } from '../assignment.ts'
import type { Transactions } from './transactions.ts'
import type { CommitsIn, WorkerQuery } from './worker-query.ts'

/** Time between checks for due commits. */
const TICK_MS = 100
const DEFAULT_COMMIT_MS = 2_000
/** Readers see a record of a transaction only when that is committed, so here commits set the pace. */
const DEFAULT_TRANSACTION_MS = 200
/** While a query catches up nobody waits for its newest record, and fewer commits cost less: measured, 3 instead of 20 % of a count. */
const CATCH_UP_TRANSACTION_MS = 500
/**
 * Transactions that may end before they are due, because nothing is left to read: a statement that has just been answered has its rows in the
 * next table at once, and the table after that. One is regained per interval, so that a steady trickle costs no more commits than before.
 */
const EARLY_TRANSACTIONS = 3
/** Records that a query is behind when it catches up. */
const FAR_BEHIND = 10_000
/** Commits of queries under way at the same time. */
const PARALLEL_COMMITS = 32

/** A query as the schedule sees it. */
export interface ScheduledQuery
  extends Pick<WorkerQuery, 'lag' | 'nextCommitAt' | 'failedCommits' | 'commit' | 'commitsIn' | 'wantCommit'> {
  readonly assignment: Pick<QueryAssignment, 'config' | 'exactlyOnce'>
}

/** The transactions of a worker, by what a query commits in. */
export type TransactionsByUse = Readonly<Record<NonNullable<CommitsIn>, Pick<Transactions, 'commit' | 'isIdle'>>>

export interface CommitScheduleOptions {
  readonly clock: Clock
  readonly timer: Timer
  readonly queries: () => readonly ScheduledQuery[]
  /** Those that a commit would take now: see `WorkerQueries`. */
  readonly next: () => readonly ScheduledQuery[]
  readonly transactions: TransactionsByUse
  /** Whether all should commit now, whatever their intervals. */
  readonly isPressed: () => boolean
  /** Whether reading should wait for a commit. */
  readonly isFull: () => boolean
  /** Called at each tick, before due commits begin. */
  readonly onTick: () => void
}

/** Decides when the queries of a worker commit. */
export class CommitSchedule {
  readonly #options: CommitScheduleOptions
  #ticking: Scheduled | null = null
  #underWay: Promise<void> | null = null
  /** Whether the stores stay full although commits succeed: reading continues, as waiting would not help. */
  #isHelpless = false
  /** Transactions that may still end early. */
  #early = EARLY_TRANSACTIONS
  #earlyCountedAt = 0
  /** Whether the last commit committed something, so that another may come before the next tick. */
  #isCommitUseful = true
  #waiters: (() => void)[] = []

  constructor(options: CommitScheduleOptions) {
    this.#options = options
  }

  /** Begins to tick. Ticking ends by itself with the last query. */
  start(): void {
    this.#ticking ??= this.#options.timer.every(TICK_MS, () => this.#tick())
  }

  stop(): void {
    this.#ticking?.cancel()
    this.#ticking = null
    this.#endWaiting()
  }

  /** Begins a commit now, before the next tick, if so many changes wait that it should come. Called between two rounds. */
  commitEarly(): void {
    if (this.#ticking === null || !this.#isCommitUseful || this.#underWay !== null || !this.#options.isPressed()) return
    void this.#commit(this.#options.next())
  }

  /** Begins the commit of the open transaction if its queries have read all that there is. Called after each round. */
  commitWhenRead(): void {
    const { transactions, queries, next, clock } = this.#options
    if (this.#ticking === null || this.#underWay !== null || transactions.transaction.isIdle) return
    this.#countEarly(clock.now())
    if (this.#early < 1) return
    for (const query of queries()) if (query.assignment.exactlyOnce && !hasReadAll(query)) return
    void this.#commit(next().filter(({ assignment }) => assignment.exactlyOnce))
  }

  /** Null: reading may continue; else resolves when a commit has made room. */
  get room(): Promise<void> | null {
    if (this.#ticking === null || this.#isHelpless || !this.#options.isFull()) return null
    return new Promise((resolve) => this.#waiters.push(resolve))
  }

  /** Commits whatever there is to commit. */
  async commitAll(): Promise<void> {
    await this.#underWay
    const queries = this.#options.queries()
    for (const query of queries) query.wantCommit()
    await this.#commit(queries)
  }

  #tick(): void {
    const { clock, queries, next, isPressed, onTick } = this.#options
    onTick()
    if (queries().length === 0) this.stop()
    if (this.#underWay !== null) return
    const now = clock.now()
    // A clock that was set back must not stop commits.
    const isDue = ({ nextCommitAt }: ScheduledQuery) => now >= nextCommitAt || nextCommitAt - now > MAX_INTERVAL_MS
    const due = isPressed() ? next() : next().filter(isDue)
    if (due.length > 0) void this.#commit(due)
  }

  async #commit(queries: readonly ScheduledQuery[]): Promise<void> {
    const now = this.#options.clock.now()
    this.#countEarly(now)
    const isTransaction = queries.some(({ assignment }) => assignment.exactlyOnce)
    if (isTransaction && !this.#options.transactions.transaction.isIdle) this.#early = Math.max(0, this.#early - 1)
    for (const query of queries) query.nextCommitAt = now + Math.min(MAX_INTERVAL_MS, intervalOf(query))
    const failedBefore = failures(queries)
    const work = this.#commitBoth(queries)
    this.#underWay = work
    await work
    this.#underWay = null
    this.#isCommitUseful = !this.#options.isPressed()
    const isFull = this.#options.isFull()
    this.#isHelpless = isFull && failures(queries) === failedBefore
    if (!isFull || this.#isHelpless) this.#endWaiting()
  }

  #countEarly(now: number): void {
    const regained = Math.max(0, now - this.#earlyCountedAt) / DEFAULT_TRANSACTION_MS
    this.#early = Math.min(EARLY_TRANSACTIONS, this.#early + regained)
    this.#earlyCountedAt = now
  }

  #endWaiting(): void {
    const waiters = this.#waiters
    this.#waiters = []
    for (const resolve of waiters) resolve()
  }

  async #commitBoth(queries: readonly ScheduledQuery[]): Promise<void> {
    const { transactions } = this.#options
    const uses = new Set(queries.flatMap(({ commitsIn }) => commitsIn ?? []))
    const plain = queries.filter(({ commitsIn }) => commitsIn === null)
    await Promise.all([...[...uses].map((use) => transactions[use].commit()), commitSome(plain)])
  }
}

/** A query whose interval was chosen keeps to it. */
const hasReadAll = ({ assignment: { config }, lag }: ScheduledQuery): boolean =>
  lag === 0 && config['commit.interval.ms'] === undefined

const MAX_INTERVAL_MS = 600_000

const failures = (queries: readonly ScheduledQuery[]): number =>
  queries.reduce((sum, { failedCommits }) => sum + failedCommits, 0)

async function commitSome(queries: readonly ScheduledQuery[]): Promise<void> {
  const waiting = queries.values()
  const worker = async () => {
    for (const query of waiting) await query.commit()
  }
  await Promise.all(Array.from({ length: Math.min(PARALLEL_COMMITS, queries.length) }, worker))
}

function intervalOf({ assignment: { config, exactlyOnce }, lag }: ScheduledQuery): number {
  const given = Number(config['commit.interval.ms'])
  if (config['commit.interval.ms'] !== undefined && given >= 0) return given
  if (!exactlyOnce) return DEFAULT_COMMIT_MS
  return lag > FAR_BEHIND ? CATCH_UP_TRANSACTION_MS : DEFAULT_TRANSACTION_MS
}
