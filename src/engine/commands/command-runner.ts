/** Applies the commands of the log: the catalog follows them, and the runtime follows the catalog. */
import { sleep } from '../../clock.ts'
import { StatementError } from '../../errors.ts'
import { deleteTopic } from '../topics.ts'
import { attempt } from './attempt.ts'
import { applyEffect, type Catalog, EMPTY_CATALOG } from './catalog.ts'
import { CatalogWork, type CatalogWorkOptions, type TerminateCluster } from './catalog-work.ts'
import { type Command, type CommandStatus, commandIdText } from './command.ts'
import { DegradedError, type SequencedCommand, type StatementLog, type Turn } from './command-log.ts'
import { type LogOptions, makeLog } from './make-log.ts'

export interface CommandRunnerOptions extends CatalogWorkOptions, LogOptions {
  /** Called when the cluster has ended and this server no longer takes part in its work. */
  readonly onTerminated: () => Promise<void>
}

/** Time for the other servers to read the end of the cluster in the log. */
const READ_BY_OTHERS_MS = 2_000

/** Statuses kept for GET /status; the oldest are dropped first. */
const MAX_STATUSES = 10_000

export class CommandRunner {
  readonly #options: CommandRunnerOptions
  readonly #log: StatementLog
  readonly #statuses = new Map<string, CommandStatus>()
  readonly #outcomes = new Map<number, CommandStatus | null>()
  readonly #work: CatalogWork
  #catalog = EMPTY_CATALOG
  /** An end of the cluster that the log contains, with the catalog before it: it was interrupted and is run again. */
  #unfinished: { readonly effect: TerminateCluster; readonly before: Catalog } | null = null
  #ending: Promise<void> | null = null
  #sealed: string | null = null

  constructor(options: CommandRunnerOptions) {
    this.#options = options
    this.#work = new CatalogWork(options)
    this.#log = makeLog(options, (command) => this.#apply(command))
  }

  /** Topic of the command log. */
  get topic(): string {
    return this.#log.topic
  }

  get catalog(): Catalog {
    return this.#catalog
  }

  /** Statuses by command id, the oldest first. */
  get statuses(): ReadonlyMap<string, CommandStatus> {
    return this.#statuses
  }

  /** Why commands are no longer applied, or null. */
  get degraded(): string | null {
    return this.#log.degraded
  }

  /** Why a query could not be started here; undefined if it could. */
  startFailure(queryId: string): string | undefined {
    return this.#work.startFailure(queryId)
  }

  /** Replays the log. Nothing runs yet. */
  async replay(): Promise<void> {
    for (const { command } of await this.#log.open()) {
      const effect = command.effects.find(({ kind }) => kind === 'terminateCluster') as TerminateCluster | undefined
      if (effect !== undefined) this.#unfinished ??= { effect, before: this.#catalog }
      this.#catalog = applyAll(this.#catalog, command)
      this.#note(command, succeeded(command))
    }
  }

  /** Starts the queries of the catalog, then follows the log. Resolves when they are handed to the runtime. */
  async start(): Promise<void> {
    if (this.#unfinished !== null) {
      const { effect, before } = this.#unfinished
      this.#endLogUnless(await this.#work.endAgain(effect, { before, after: this.#catalog }))
      return
    }
    await this.#work.startAll(this.#catalog)
    this.#log.follow()
    this.#work.followVersions(this.#catalog)
  }

  /** The right to append; see `CommandLog.turn`. Throws StatementError on a degraded log. */
  async turn<Result>(run: (turn: Turn) => Promise<Result>): Promise<Result> {
    if (this.#sealed !== null) throw new StatementError(this.#sealed)
    try {
      return await this.#log.turn(run)
    } catch (error) {
      if (!(error instanceof DegradedError)) throw error
      throw new StatementError(
        `This server takes no more statements that change streams, tables or queries. ${error.message}`,
        {
          code: 'SERVER_ERROR',
          cause: error,
        },
      )
    }
  }

  /** Appends a command in its turn. */
  async append(turn: Turn, command: Command): Promise<void> {
    this.#outcomes.set(turn.sequence, null)
    try {
      await turn.append(command)
    } catch (error) {
      this.#outcomes.delete(turn.sequence)
      throw error
    }
  }

  /** From now on statements that change anything are refused, for this reason. */
  seal(reason: string): void {
    this.#sealed = reason
  }

  /** Why statements that change anything are refused; null: they are not. */
  get sealed(): string | null {
    return this.#sealed
  }

  /** The result of an appended command, or null if it has not been applied within `timeoutMs`. */
  async outcome(sequence: number, timeoutMs: number): Promise<CommandStatus | null> {
    await this.#log.applied(sequence, timeoutMs)
    const outcome = this.#outcomes.get(sequence) ?? null
    this.#outcomes.delete(sequence)
    return outcome
  }

  /** Whether the command of this number has been applied within `timeoutMs`. */
  reached(sequence: number, timeoutMs: number): Promise<boolean> {
    return this.#log.applied(sequence, timeoutMs)
  }

  /** Whether the cluster has ended, and with it this server's work. */
  get isTerminated(): boolean {
    return this.#ending !== null
  }

  async close(): Promise<void> {
    await this.#ending
    await this.#options.versions.close()
    await this.#log.close()
  }

  async #apply({ command, sequence }: SequencedCommand): Promise<void> {
    this.#note(command, { status: 'EXECUTING', message: 'Executing statement', queryId: command.queryId })
    let status = succeeded(command)
    for (const effect of command.effects) {
      const before = this.#catalog
      this.#catalog = applyEffect(before, effect, command.streamsProperties)
      const failure = await this.#work.carryOut(effect, { before, after: this.#catalog })
      if (effect.kind === 'terminateCluster') this.#endLogUnless(failure)
      if (failure !== null) status = { ...status, status: 'ERROR', message: failure }
    }
    this.#report(command, status)
    this.#note(command, status)
    if (this.#outcomes.has(sequence)) this.#outcomes.set(sequence, status)
  }

  /** Tells the operator. The text of the statement has no secrets. */
  #report({ statement }: Command, { status, message }: CommandStatus): void {
    const text = `${statement.replaceAll(/\s+/g, ' ')}: ${message}`
    if (status === 'ERROR') this.#options.warn(`Failed: ${text}`)
    else this.#options.inform(`Executed: ${text}`)
  }

  /** The log is deleted last, so that a server that is killed while the cluster ends continues there. */
  #endLogUnless(failure: string | null): void {
    if (failure === null) this.#ending ??= this.#endLog()
  }

  /** Runs in the background, so that the statement that waits for this command is answered first. */
  async #endLog(): Promise<void> {
    await this.#log.close()
    await sleep(this.#options.timer, READ_BY_OTHERS_MS)
    await attempt(() => deleteTopic(this.#options.broker, this.topic))
    await attempt(this.#options.onTerminated)
  }

  #note(command: Command, status: CommandStatus): void {
    const id = commandIdText(command.id)
    this.#statuses.delete(id)
    this.#statuses.set(id, status)
    if (this.#statuses.size > MAX_STATUSES) this.#statuses.delete(this.#statuses.keys().next().value!)
  }
}

const succeeded = ({ message, queryId }: Command): CommandStatus => ({ status: 'SUCCESS', message, queryId })

const applyAll = (catalog: Catalog, { effects, streamsProperties }: Command): Catalog =>
  effects.reduce((state, effect) => applyEffect(state, effect, streamsProperties), catalog)
