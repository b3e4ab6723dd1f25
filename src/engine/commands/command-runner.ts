/** Applies the commands of the log: the catalog follows them, and the runtime follows the catalog. */
import type { Broker } from '../../broker/broker.ts'
import { type Clock, sleep, type Timer } from '../../clock.ts'
import type { ConnectorRuntime } from '../../connectors/run/connector-runtime.ts'
import { messageOf, StatementError } from '../../errors.ts'
import type { QueryRuntime } from '../../runtime/query-runtime.ts'
import { commandTopic } from '../../runtime/topic-names.ts'
import type { Config } from '../config/config.ts'
import { deleteTopic } from '../topics.ts'
import {
  applyEffect,
  type Catalog,
  type Effect,
  EMPTY_CATALOG,
  type PersistentQuery,
  runningVersion,
} from './catalog.ts'
import { type Command, type CommandStatus, commandIdText } from './command.ts'
import { CommandBackup } from './command-backup.ts'
import { CommandLog, DegradedError, type SequencedCommand, type StatementLog, type Turn } from './command-log.ts'
import { LocalLog } from './local-log.ts'
import { queriesFile } from './queries-file.ts'
import type { QueryVersion, ReplacementEffect } from './replacement.ts'
import { sinkTopics } from './termination.ts'

/** What builds versions of queries beside the running ones. */
export interface VersionsPort {
  /** Builds on, by what the catalog says of the stream or table now. In the background. */
  follow(sink: string): void
  /** Ends a version with all that it has. Rejects with a BrokerError. */
  discard(sink: string, version: QueryVersion): Promise<void>
  close(): Promise<void>
}

export interface CommandRunnerOptions {
  readonly broker: Broker
  readonly runtime: QueryRuntime
  readonly connectors: Pick<ConnectorRuntime, 'run' | 'purge'>
  readonly versions: VersionsPort
  readonly clock: Clock
  readonly timer: Timer
  /** In [0, 1). */
  readonly random: () => number
  readonly config: Config
  /** Called with what the operator should know. */
  readonly warn: (message: string) => void
  /** Called with what happens in the ordinary course. */
  readonly inform: (message: string) => void
  /** Deletes subjects of the schema registry softly. */
  readonly deleteSubjects: (subjects: readonly string[]) => Promise<void>
  /** Called when the cluster ends, to close push queries. */
  readonly onTerminate: () => Promise<void>
  /** Called when the cluster has ended and this server no longer takes part in its work. */
  readonly onTerminated: () => Promise<void>
}

/** Time for the other servers to read the end of the cluster in the log. */
const READ_BY_OTHERS_MS = 2_000

/** Statuses kept for GET /status; the oldest are dropped first. */
const MAX_STATUSES = 10_000

/** Keeps the catalog and the runtime in step with the command log. */
export class CommandRunner {
  readonly #options: CommandRunnerOptions
  readonly #log: StatementLog
  readonly #statuses = new Map<string, CommandStatus>()
  readonly #outcomes = new Map<number, CommandStatus | null>()
  readonly #startFailures = new Map<string, string>()
  #catalog = EMPTY_CATALOG
  /** An end of the cluster that the log contains, with the catalog before it: it was interrupted and is run again. */
  #unfinished: { readonly effect: TerminateCluster; readonly before: Catalog } | null = null
  #ending: Promise<void> | null = null
  #sealed: string | null = null

  constructor(options: CommandRunnerOptions) {
    this.#options = options
    this.#log = logOf(options, (command) => this.#apply(command))
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
    return this.#startFailures.get(queryId)
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
      const queries = [...before.queries.values()].map((query) => ({ ...query, isPaused: true }))
      await Promise.all(queries.map((query) => this.#startQuery(query)))
      await this.#terminate(effect, before)
      return
    }
    const { queries, replacements } = this.#catalog
    const isSwitching = ({ link: { writes } }: PersistentQuery) => replacements.get(writes ?? '')?.phase === 'switching'
    const starting = [...queries.values()].filter((query) => !isSwitching(query))
    const failures = await Promise.all(starting.map((query) => this.#startQuery(query)))
    const started = failures.filter((failure) => failure === null).length
    if (started > 0) this.#options.inform(`Persistent queries started again: ${started}.`)
    await this.#runConnectors()
    this.#log.follow()
    for (const sink of replacements.keys()) this.#options.versions.follow(sink)
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
      const failure = await this.#carryOut(effect, before)
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

  /** Makes the runtime follow the catalog. Returns what went wrong, or null. */
  async #carryOut(effect: Effect, before: Catalog): Promise<string | null> {
    const { runtime } = this.#options
    switch (effect.kind) {
      case 'startQuery': {
        const { queryId } = effect.link
        if (before.queries.has(queryId)) await attempt(() => runtime.stop(queryId, { purge: false }))
        return this.#startQuery(this.#catalog.queries.get(queryId)!)
      }
      case 'stopQuery':
        this.#startFailures.delete(effect.queryId)
        return attempt(() => runtime.stop(effect.queryId, { purge: true }))
      case 'pauseQuery':
        return attempt(() => runtime.pause(effect.queryId))
      case 'resumeQuery':
        return attempt(() => runtime.resume(effect.queryId))
      case 'putConnector':
      case 'alterConnector':
      case 'putSecret':
      case 'removeSecret':
      case 'setConnectorPaused':
        return attempt(() => this.#runConnectors())
      case 'removeConnector':
        return attempt(() => this.#dropConnectors([effect.name], before))
      case 'terminateCluster':
        return this.#terminate(effect, before)
      case 'stageVersion':
      case 'applyVersion':
      case 'beginSwitch':
      case 'cancelSwitch':
      case 'endSwitch':
      case 'rollBack':
      case 'dropVersion':
        return this.#carryOutReplacement(effect, before)
      default:
        return null
    }
  }

  async #carryOutReplacement(effect: ReplacementEffect, before: Catalog): Promise<string | null> {
    const { versions, runtime } = this.#options
    const { kind, sink } = effect
    const former = before.replacements.get(sink)
    const running = runningVersion(this.#catalog, sink)
    const isDropped = kind === 'dropVersion' || kind === 'stageVersion'
    let failure = former !== undefined && isDropped ? await attempt(() => versions.discard(sink, former.version)) : null
    if ((kind === 'cancelSwitch' || kind === 'endSwitch') && running !== undefined) {
      await attempt(() => runtime.stop(running.link.queryId, { purge: false }))
      failure = await this.#startQuery(running)
    }
    const replaced = runningVersion(before, sink)
    if (kind === 'endSwitch' && replaced !== undefined && replaced.link.queryId !== running?.link.queryId)
      await attempt(() => runtime.stop(replaced.link.queryId, { purge: false }))
    if (kind !== 'dropVersion') versions.follow(sink)
    return failure
  }

  /**
   * Reports failures without letting them hold up the rest. The log is deleted last, so that a server that is killed meanwhile resumes
   * here.
   */
  async #terminate({ deleteTopics }: TerminateCluster, before: Catalog): Promise<string | null> {
    const { broker, runtime, versions, onTerminate, deleteSubjects } = this.#options
    const { topics, subjects } = sinkTopics(before, deleteTopics)
    const failures = [
      await attempt(onTerminate),
      ...(await Promise.all(
        [...before.replacements].map(([sink, { version }]) => attempt(() => versions.discard(sink, version))),
      )),
      await attempt(() => this.#dropConnectors([...before.connectors.keys()], before)),
      ...(await Promise.all([...before.queries.keys()].map((id) => attempt(() => runtime.stop(id, { purge: true }))))),
      ...(await Promise.all(topics.map((topic) => attempt(() => deleteTopic(broker, topic))))),
      await attempt(() => deleteSubjects(subjects)),
    ].filter((failure) => failure !== null)
    if (failures.length === 0) this.#ending ??= this.#endLog()
    return failures.length === 0 ? null : failures.join(' ')
  }

  /** Resolves when connectors that are paused or dropped have ended; others start in the background. */
  #runConnectors(): Promise<void> {
    const { connectors, secrets } = this.#catalog
    return this.#options.connectors.run({
      connectors: [...connectors.values()].map(({ spec, isPaused }) => ({ ...spec, isPaused })),
      secrets: Object.fromEntries(secrets),
    })
  }

  async #dropConnectors(names: readonly string[], before: Catalog): Promise<void> {
    await this.#runConnectors()
    for (const name of names) {
      const dropped = before.connectors.get(name)
      if (dropped !== undefined) await this.#options.connectors.purge(dropped.spec)
    }
  }

  /** Runs in the background, so that the statement that waits for this command is answered first. */
  async #endLog(): Promise<void> {
    await this.#log.close()
    await sleep(this.#options.timer, READ_BY_OTHERS_MS)
    await attempt(() => deleteTopic(this.#options.broker, this.topic))
    await attempt(this.#options.onTerminated)
  }

  async #startQuery({ plan, overrides, isPaused, statement }: PersistentQuery): Promise<string | null> {
    const failure = await attempt(() =>
      this.#options.runtime.start({ plan, config: overrides, paused: isPaused, statement }),
    )
    if (failure === null) this.#startFailures.delete(plan.queryId)
    else {
      this.#startFailures.set(plan.queryId, failure)
      this.#options.warn(`Query ${plan.queryId} could not be started: ${failure} Statement: ${statement}`)
    }
    return failure
  }

  #note(command: Command, status: CommandStatus): void {
    const id = commandIdText(command.id)
    this.#statuses.delete(id)
    this.#statuses.set(id, status)
    if (this.#statuses.size > MAX_STATUSES) this.#statuses.delete(this.#statuses.keys().next().value!)
  }
}

function logOf(options: CommandRunnerOptions, apply: (command: SequencedCommand) => Promise<void>): StatementLog {
  const { broker, clock, timer, random, config, warn } = options
  const serviceId = config.get('ksql.service.id') ?? ''
  const replicas = config.number('ksql.internal.topic.replicas')
  if (queriesFile(config) !== undefined) return new LocalLog({ broker, serviceId, replicas, apply })
  return new CommandLog({
    broker,
    clock,
    timer,
    random,
    serviceId,
    replicas,
    backup: backupOf(options),
    apply,
    onDegraded: (reason) => warn(`Statements that change anything are refused from now on. ${reason}`),
  })
}

/** Null: the configuration asks for none. Throws an Error where its directory cannot be used. */
function backupOf({ config, clock, warn }: CommandRunnerOptions): CommandBackup | null {
  const directory = config.get('ksql.metastore.backup.location') ?? ''
  if (directory === '' || config.get('ksql.enable.metastore.backup')?.toLowerCase() === 'false') return null
  return new CommandBackup({ directory, topic: commandTopic(config.get('ksql.service.id') ?? ''), clock, warn })
}

type TerminateCluster = Extract<Effect, { kind: 'terminateCluster' }>

const succeeded = ({ message, queryId }: Command): CommandStatus => ({ status: 'SUCCESS', message, queryId })

const applyAll = (catalog: Catalog, { effects, streamsProperties }: Command): Catalog =>
  effects.reduce((state, effect) => applyEffect(state, effect, streamsProperties), catalog)

async function attempt(work: () => Promise<void>): Promise<string | null> {
  try {
    await work()
    return null
  } catch (error) {
    return messageOf(error)
  }
}
