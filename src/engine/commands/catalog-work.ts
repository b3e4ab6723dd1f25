/** The work of this server that the catalog defines: its queries, connectors and the versions that are built beside queries. */
import type { Broker } from '../../broker/broker.ts'
import type { ConnectorRuntime } from '../../connectors/run/connector-runtime.ts'
import type { QueryRuntime } from '../../runtime/query-runtime.ts'
import { deleteTopic } from '../topics.ts'
import { attempt } from './attempt.ts'
import { type Catalog, type Effect, type PersistentQuery, runningVersion } from './catalog.ts'
import type { QueryVersion, ReplacementEffect } from './replacement.ts'
import { indexesKeptBy, keeperOf } from './table-keeper.ts'
import { sinkTopics } from './termination.ts'

/** What builds versions of queries beside the running ones. */
export interface VersionsPort {
  /** Continues to build, in the background, as the catalog in force says of the stream or table. */
  follow(sink: string): void
  /** Ends a version with all that it has. Rejects with a BrokerError. */
  discard(sink: string, version: QueryVersion): Promise<void>
  close(): Promise<void>
}

export interface CatalogWorkOptions {
  readonly broker: Broker
  readonly runtime: QueryRuntime
  readonly connectors: Pick<ConnectorRuntime, 'run' | 'purge'>
  readonly versions: VersionsPort
  /** Called with what the operator should know. */
  readonly warn: (message: string) => void
  /** Called with what happens in the ordinary course. */
  readonly inform: (message: string) => void
  /** Deletes subjects of the schema registry softly. */
  readonly deleteSubjects: (subjects: readonly string[]) => Promise<void>
  /** Called when the cluster ends, to close push queries. */
  readonly onTerminate: () => Promise<void>
}

export type TerminateCluster = Extract<Effect, { kind: 'terminateCluster' }>

/** The catalog before an effect and after it. */
export interface CatalogStep {
  readonly before: Catalog
  readonly after: Catalog
}

export class CatalogWork {
  readonly #options: CatalogWorkOptions
  readonly #startFailures = new Map<string, string>()

  constructor(options: CatalogWorkOptions) {
    this.#options = options
  }

  /** Why a query could not be started here; undefined if it could. */
  startFailure(queryId: string): string | undefined {
    return this.#startFailures.get(queryId)
  }

  /** Starts all queries and connectors. A query whose versions were changing places is started by what continues the switch. */
  async startAll(catalog: Catalog): Promise<void> {
    const { queries, replacements } = catalog
    const isSwitching = ({ link: { writes } }: PersistentQuery) => replacements.get(writes ?? '')?.phase === 'switching'
    const starting = [...queries.values()].filter((query) => !isSwitching(query))
    const failures = await Promise.all(starting.map((query) => this.#startQuery(query, catalog)))
    const started = failures.filter((failure) => failure === null).length
    if (started > 0) this.#options.inform(`Persistent queries started again: ${started}.`)
    await this.#runConnectors(catalog)
  }

  /** Lets versions that were being built continue. */
  followVersions({ replacements }: Catalog): void {
    for (const sink of replacements.keys()) this.#options.versions.follow(sink)
  }

  /** Ends queries that were interrupted in their end. They are started first, without work, since the runtime purges only what it knows. */
  async endAgain(effect: TerminateCluster, step: CatalogStep): Promise<string | null> {
    const queries = [...step.before.queries.values()].map((query) => ({ ...query, isPaused: true }))
    await Promise.all(queries.map((query) => this.#startQuery(query, step.before)))
    return this.#endAll(effect, step)
  }

  /** Does what the effect requires of this server. Resolves to what went wrong, or null. */
  async carryOut(effect: Effect, step: CatalogStep): Promise<string | null> {
    const { before, after } = step
    const { runtime } = this.#options
    switch (effect.kind) {
      case 'startQuery': {
        const { queryId } = effect.link
        if (before.queries.has(queryId)) await attempt(() => runtime.stop(queryId, { purge: false }))
        return this.#startQuery(after.queries.get(queryId)!, after)
      }
      case 'stopQuery':
        this.#startFailures.delete(effect.queryId)
        return attempt(() => runtime.stop(effect.queryId, { purge: true }))
      case 'pauseQuery':
        return attempt(() => runtime.pause(effect.queryId))
      case 'resumeQuery':
        return attempt(() => runtime.resume(effect.queryId))
      case 'putIndex':
        return this.#setIndexes(effect.index.table, after)
      case 'removeIndex':
        return this.#setIndexes(before.metastore.indexes.get(effect.name)?.table, after)
      case 'putConnector':
      case 'alterConnector':
      case 'putSecret':
      case 'removeSecret':
      case 'setConnectorPaused':
        return attempt(() => this.#runConnectors(after))
      case 'removeConnector':
        return attempt(() => this.#dropConnectors([effect.name], step))
      case 'terminateCluster':
        return this.#endAll(effect, step)
      case 'stageVersion':
      case 'applyVersion':
      case 'beginSwitch':
      case 'cancelSwitch':
      case 'endSwitch':
      case 'rollBack':
      case 'dropVersion':
        return this.#carryOutReplacement(effect, step)
      default:
        return null
    }
  }

  async #carryOutReplacement(effect: ReplacementEffect, { before, after }: CatalogStep): Promise<string | null> {
    const { versions, runtime } = this.#options
    const { kind, sink } = effect
    const former = before.replacements.get(sink)
    const running = runningVersion(after, sink)
    const isDropped = kind === 'dropVersion' || kind === 'stageVersion'
    let failure = former !== undefined && isDropped ? await attempt(() => versions.discard(sink, former.version)) : null
    if ((kind === 'cancelSwitch' || kind === 'endSwitch') && running !== undefined) {
      await attempt(() => runtime.stop(running.link.queryId, { purge: false }))
      failure = await this.#startQuery(running, after)
    }
    const replaced = runningVersion(before, sink)
    if (kind === 'endSwitch' && replaced !== undefined && replaced.link.queryId !== running?.link.queryId)
      await attempt(() => runtime.stop(replaced.link.queryId, { purge: false }))
    if (kind !== 'dropVersion') versions.follow(sink)
    return failure
  }

  /** Ends everything that was defined before. Reports failures without letting them hold up the rest. */
  async #endAll({ deleteTopics }: TerminateCluster, step: CatalogStep): Promise<string | null> {
    const { broker, runtime, versions, onTerminate, deleteSubjects } = this.#options
    const { before } = step
    const { topics, subjects } = sinkTopics(before, deleteTopics)
    const failures = [
      await attempt(onTerminate),
      ...(await Promise.all(
        [...before.replacements].map(([sink, { version }]) => attempt(() => versions.discard(sink, version))),
      )),
      await attempt(() => this.#dropConnectors([...before.connectors.keys()], step)),
      ...(await Promise.all([...before.queries.keys()].map((id) => attempt(() => runtime.stop(id, { purge: true }))))),
      ...(await Promise.all(topics.map((topic) => attempt(() => deleteTopic(broker, topic))))),
      await attempt(() => deleteSubjects(subjects)),
    ].filter((failure) => failure !== null)
    return failures.length === 0 ? null : failures.join(' ')
  }

  /** Resolves when connectors that are paused or dropped have ended; others start in the background. */
  #runConnectors({ connectors, secrets }: Catalog): Promise<void> {
    return this.#options.connectors.run({
      connectors: [...connectors.values()].map(({ spec, isPaused }) => ({ ...spec, isPaused })),
      secrets: Object.fromEntries(secrets),
    })
  }

  async #dropConnectors(names: readonly string[], { before, after }: CatalogStep): Promise<void> {
    await this.#runConnectors(after)
    for (const name of names) {
      const dropped = before.connectors.get(name)
      if (dropped !== undefined) await this.#options.connectors.purge(dropped.spec)
    }
  }

  async #setIndexes(table: string | undefined, catalog: Catalog): Promise<string | null> {
    const keeper = table === undefined ? undefined : keeperOf(table, catalog)
    if (keeper === undefined) return null
    return attempt(() => this.#options.runtime.setIndexes(keeper.plan.queryId, indexesKeptBy(keeper, catalog)))
  }

  async #startQuery(query: PersistentQuery, catalog: Catalog): Promise<string | null> {
    const { plan, overrides, isPaused, statement } = query
    const indexes = indexesKeptBy(query, catalog)
    const failure = await attempt(() =>
      this.#options.runtime.start({ plan, config: overrides, paused: isPaused, statement, indexes }),
    )
    if (failure === null) this.#startFailures.delete(plan.queryId)
    else {
      this.#startFailures.set(plan.queryId, failure)
      this.#options.warn(`Query ${plan.queryId} could not be started: ${failure} Statement: ${statement}`)
    }
    return failure
  }
}
