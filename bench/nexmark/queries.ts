/** The queries of Nexmark: their statements, and what their sinks look like. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { BUILT_IN_FUNCTIONS } from '../../src/functions/index.ts'
import { createRegistry } from '../../src/functions/registry.ts'
import type { DataSource } from '../../src/metastore/data-source.ts'
import { EMPTY_METASTORE, type Metastore, putSource } from '../../src/metastore/metastore.ts'
import type { PlanContext } from '../../src/plan/builder.ts'
import { planCreateAs } from '../../src/plan/queries/persistent-query.ts'
import { planCreateSource } from '../../src/plan/statements/create-source.ts'
import { parseStatements } from '../../src/sql/parse.ts'

export const QUERIES: readonly string[] = Array.from({ length: 23 }, (_, i) => `q${i}`)
export const PARTITIONS = 4

/** The text of a file of `bench/nexmark`. */
export const fileText = (folder: 'queries' | 'reference', name: string): string =>
  readFileSync(join(import.meta.dirname, folder, `${name}.sql`), 'utf8')

const contextOf = (metastore: Metastore): PlanContext => ({
  metastore,
  functions: createRegistry(BUILT_IN_FUNCTIONS),
  partitions: () => PARTITIONS,
  config: () => undefined,
})

const sources = (): Metastore =>
  parseStatements(fileText('queries', 'sources')).reduce<Metastore>((metastore, statement) => {
    if (statement.kind !== 'createSource') throw new Error(`no source: ${statement.text}`)
    return putSource(metastore, planCreateSource(statement, contextOf(metastore)).source)
  }, EMPTY_METASTORE)

/** What the statements of a query make, in their order; the last one is its result. */
export function sinksOf(name: string): DataSource[] {
  let metastore = sources()
  return parseStatements(fileText('queries', name)).map((statement) => {
    if (statement.kind !== 'createAs') throw new Error(`no query: ${statement.text}`)
    const { source } = planCreateAs(statement, name, contextOf(metastore))
    metastore = putSource(metastore, source)
    return source
  })
}

export const KINDS = ['person', 'auction', 'bid', 'side_input'] as const

/** The kinds of events that a query reads. */
export function inputsOf(name: string): (typeof KINDS)[number][] {
  const sources = new Set(sinksOf(name).flatMap(({ derivedFrom }) => derivedFrom))
  return KINDS.filter((kind) => sources.has(kind.toUpperCase()))
}

/** Topics that a query reads, by the names of their sources. */
export const inputTopics: Readonly<Record<string, string>> = {
  person: 'nexmark-person',
  auction: 'nexmark-auction',
  bid: 'nexmark-bid',
  side_input: 'nexmark-side-input',
}
