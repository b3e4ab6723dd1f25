/**
 * What the command log has defined so far: metastore and persistent queries. It is an immutable snapshot, and each command's effects yield
 * the next one, so that a sandbox is a copy and a replay is a fold.
 */
import { assertNever } from '../../assert.ts'
import type { ConnectorSpec } from '../../connectors/run/connector-spec.ts'
import type { SealedSecret } from '../../connectors/secret-vault.ts'
import type { FunctionDefinition } from '../../functions/definition.ts'
import { withEntry, withoutEntry } from '../../layered-map.ts'
import type { DataSource } from '../../metastore/data-source.ts'
import {
  EMPTY_METASTORE,
  type IndexDefinition,
  type Metastore,
  putFunction,
  putIndex,
  putQuery,
  putSource,
  putType,
  type QueryLink,
  removeIndex,
  removeQuery,
  removeSource,
  removeType,
} from '../../metastore/metastore.ts'
import type { PhysicalPlan } from '../../plan/physical-plan.ts'
import type { SqlType } from '../../types/sql-type.ts'
import { applyToReplacements, type Replacement, type ReplacementEffect, type Replacements } from './replacement.ts'

/** A query that runs until it is terminated. */
export interface PersistentQuery {
  readonly link: QueryLink
  readonly plan: PhysicalPlan
  /** SQL text of the statement that created the query. */
  readonly statement: string
  /** Configuration overrides in force when the query was created, by canonical name. */
  readonly overrides: Readonly<Record<string, string>>
  readonly isPaused: boolean
}

/** A connector that this server runs itself until it is dropped. */
export interface BuiltInConnector {
  readonly spec: ConnectorSpec
  /** SQL text of the statement that created it. Options that are secrets are references in it. */
  readonly statement: string
  readonly isPaused: boolean
}

/** Sources, types, queries and built-in connectors that are defined. */
export interface Catalog {
  readonly metastore: Metastore
  /** Queries by id. */
  readonly queries: ReadonlyMap<string, PersistentQuery>
  /** Built-in connectors by name. */
  readonly connectors: ReadonlyMap<string, BuiltInConnector>
  /** Secrets for their options by name, encrypted. */
  readonly secrets: ReadonlyMap<string, SealedSecret>
  /** Versions of queries that do not write their stream or table, by its name. */
  readonly replacements: Replacements
}

/** The catalog before the first command. */
export const EMPTY_CATALOG: Catalog = {
  metastore: EMPTY_METASTORE,
  queries: new Map(),
  connectors: new Map(),
  secrets: new Map(),
  replacements: new Map(),
}

/** What a command does, as plain JSON. */
export type Effect =
  | { readonly kind: 'putSource'; readonly source: DataSource }
  | { readonly kind: 'removeSource'; readonly name: string }
  | { readonly kind: 'putType'; readonly name: string; readonly type: SqlType }
  | { readonly kind: 'removeType'; readonly name: string }
  /** `overloads`: all that the function has then; none: it is dropped. */
  | { readonly kind: 'putFunction'; readonly name: string; readonly overloads: readonly FunctionDefinition[] }
  /** Replaces a running query with the same id, and takes over its state and position. */
  | { readonly kind: 'startQuery'; readonly link: QueryLink; readonly plan: PhysicalPlan; readonly statement: string }
  | { readonly kind: 'stopQuery'; readonly queryId: string }
  | { readonly kind: 'pauseQuery'; readonly queryId: string }
  | { readonly kind: 'resumeQuery'; readonly queryId: string }
  | { readonly kind: 'putConnector'; readonly spec: ConnectorSpec; readonly statement: string }
  /** `options`: all that it has then. `statement`: the one that would create it so. */
  | {
      readonly kind: 'alterConnector'
      readonly name: string
      readonly options: ConnectorSpec['options']
      readonly statement: string
    }
  | { readonly kind: 'removeConnector'; readonly name: string }
  | { readonly kind: 'putIndex'; readonly index: IndexDefinition }
  | { readonly kind: 'removeIndex'; readonly name: string }
  | { readonly kind: 'putSecret'; readonly name: string; readonly sealed: SealedSecret }
  | { readonly kind: 'removeSecret'; readonly name: string }
  | { readonly kind: 'setConnectorPaused'; readonly name: string; readonly isPaused: boolean }
  | ReplacementEffect
  /** `deleteTopics`: names or regular expressions of sink topics. */
  | { readonly kind: 'terminateCluster'; readonly deleteTopics: readonly string[] }

/** The catalog after the effect. `overrides`: those of the command that the effect belongs to. */
export function applyEffect(catalog: Catalog, effect: Effect, overrides: Readonly<Record<string, string>>): Catalog {
  const { metastore, queries } = catalog
  switch (effect.kind) {
    case 'putSource':
      return { ...catalog, metastore: putSource(metastore, effect.source) }
    case 'removeSource':
      return { ...catalog, metastore: removeSource(metastore, effect.name) }
    case 'putType':
      return { ...catalog, metastore: putType(metastore, effect.name, effect.type) }
    case 'removeType':
      return { ...catalog, metastore: removeType(metastore, effect.name) }
    case 'putFunction':
      return { ...catalog, metastore: putFunction(metastore, effect.name, effect.overloads) }
    case 'putIndex':
      return { ...catalog, metastore: putIndex(metastore, effect.index) }
    case 'removeIndex':
      return { ...catalog, metastore: removeIndex(metastore, effect.name) }
    case 'startQuery': {
      const { link, plan, statement } = effect
      const query: PersistentQuery = { link, plan, statement, overrides, isPaused: false }
      return { ...catalog, metastore: putQuery(metastore, link), queries: withEntry(queries, link.queryId, query) }
    }
    case 'stopQuery': {
      const { queryId } = effect
      return { ...catalog, metastore: removeQuery(metastore, queryId), queries: withoutEntry(queries, queryId) }
    }
    case 'pauseQuery':
      return withPaused(catalog, effect.queryId, true)
    case 'resumeQuery':
      return withPaused(catalog, effect.queryId, false)
    case 'putConnector': {
      const { spec, statement } = effect
      return withConnector(catalog, { spec, statement, isPaused: false })
    }
    case 'alterConnector': {
      const connector = catalog.connectors.get(effect.name)
      if (connector === undefined) return catalog
      const { options, statement } = effect
      return withConnector(catalog, { ...connector, spec: { ...connector.spec, options }, statement })
    }
    case 'putSecret':
      return { ...catalog, secrets: withEntry(catalog.secrets, effect.name, effect.sealed) }
    case 'removeSecret':
      return { ...catalog, secrets: withoutEntry(catalog.secrets, effect.name) }
    case 'removeConnector':
      return { ...catalog, connectors: withoutEntry(catalog.connectors, effect.name) }
    case 'setConnectorPaused': {
      const connector = catalog.connectors.get(effect.name)
      return connector === undefined ? catalog : withConnector(catalog, { ...connector, isPaused: effect.isPaused })
    }
    case 'stageVersion':
    case 'applyVersion':
    case 'beginSwitch':
    case 'cancelSwitch':
    case 'rollBack':
    case 'dropVersion':
      return { ...catalog, replacements: applyToReplacements(catalog.replacements, effect, overrides) }
    case 'endSwitch':
      return exchanged(catalog, effect.sink, effect.at)
    case 'terminateCluster':
      return EMPTY_CATALOG
    default:
      return assertNever(effect)
  }
}

/** The query that writes the stream or table; undefined: none does. */
export const runningVersion = ({ queries }: Pick<Catalog, 'queries'>, sink: string): PersistentQuery | undefined =>
  [...queries.values()].find(({ link }) => link.kind === 'CREATE_AS' && link.writes === sink)

/** The catalog in which the version has taken the place of the running one, which is kept. */
function exchanged(catalog: Catalog, sink: string, at: number): Catalog {
  const running = runningVersion(catalog, sink)
  const replacement = catalog.replacements.get(sink)
  const source = catalog.metastore.sources.get(sink)
  if (running === undefined || replacement === undefined || source === undefined) return catalog
  const { link, plan, statement, overrides } = replacement.version
  const others = withoutEntry(catalog.queries, running.link.queryId)
  const queries = withEntry(others, link.queryId, { link, plan, statement, overrides, isPaused: running.isPaused })
  const metastore = putQuery(removeQuery(catalog.metastore, running.link.queryId), link)
  const former: Replacement = {
    phase: 'kept',
    version: {
      link: running.link,
      plan: running.plan,
      source,
      statement: running.statement,
      overrides: running.overrides,
    },
    switchesAtOnce: true,
    failure: null,
    keptSince: at,
  }
  return {
    ...catalog,
    metastore: putSource(metastore, replacement.version.source),
    queries,
    replacements: withEntry(catalog.replacements, sink, former),
  }
}

const withConnector = (catalog: Catalog, connector: BuiltInConnector): Catalog => ({
  ...catalog,
  connectors: withEntry(catalog.connectors, connector.spec.name, connector),
})

function withPaused(catalog: Catalog, queryId: string, isPaused: boolean): Catalog {
  const query = catalog.queries.get(queryId)
  if (query === undefined) return catalog
  return { ...catalog, queries: withEntry(catalog.queries, queryId, { ...query, isPaused }) }
}
