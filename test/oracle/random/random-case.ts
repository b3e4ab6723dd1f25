/** A random query and random rows for it: everything that a run depends on, as data, so that a run can be repeated and made smaller. */
import { Random } from '../../support/random.ts'
import { Choices } from './choices.ts'
import { RandomQueries } from './queries.ts'
import type { RandomQuery } from './relation.ts'
import { names as namesOf, sql } from './sql-text.ts'
import { randomSteps } from './steps.ts'
import { SOURCES, type SourceName, type Step } from './world.ts'

export interface RandomCase {
  readonly seed: number
  readonly inJavaScript: boolean
  /** The choices that make the query. */
  readonly choices: readonly number[]
  readonly steps: readonly Step[]
  /** Seed of the order in which records of different tasks arrive. */
  readonly order: number
  readonly partitions: number
  /** Whether operators hold changes back to the end of a batch. */
  readonly coalesces: boolean
  /** The step before which all tasks are made again. */
  readonly restartAt: number
}

export function randomCase(seed: number, inJavaScript: boolean): RandomCase {
  const random = new Random(seed)
  const choices = Choices.random(random)
  const query = makeQuery(choices, inJavaScript)
  const steps = randomSteps(random, sourcesOf(query))
  return {
    seed,
    inJavaScript,
    choices: choices.taken,
    steps,
    order: random.integer(0, 2 ** 31),
    partitions: random.chance(0.75) ? 4 : 1,
    coalesces: random.chance(0.5),
    restartAt: random.integer(0, steps.length),
  }
}

export const queryOf = ({ choices, inJavaScript }: RandomCase): RandomQuery =>
  makeQuery(Choices.of(choices), inJavaScript)

function makeQuery(choices: Choices, inJavaScript: boolean): RandomQuery {
  const depth = choices.pick([0, 1, 2, 2, 3])
  return new RandomQueries(choices, { inJavaScript }).query(depth)
}

const sourcesOf = ({ sql: { duckdb } }: RandomQuery): SourceName[] =>
  SOURCES.filter((name) => new RegExp(`(FROM|JOIN) (\\(SELECT \\* FROM )?${name}\\b`).test(duckdb))

/**
 * The query in forms that a sink takes, to be tried in this order. A table's rows must have a key, and a stream's key must be selected: a query in FROM
 * need not. Where the key of a table is not what `unique` says, its different rows have one. A mean is no part of a key.
 */
export function sinkQueries(query: RandomQuery): RandomQuery[] {
  if (query.kind === 'stream') return [query, wrapped(query, '')]
  const columns = query.columns.filter(({ isExact }) => isExact)
  const distinct = wrapped({ ...query, columns }, 'DISTINCT ')
  return query.unique === null ? [distinct] : [query, wrapped(query, ''), distinct]
}

const wrapped = (query: RandomQuery, distinct: string): RandomQuery => ({
  ...query,
  sql: sql`SELECT ${distinct}${namesOf(query.columns)} FROM (${query.sql}) RESULT`,
})
