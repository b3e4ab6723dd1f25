/** Runs a random case in both, and says how they differ. */
import { StatementError } from '../../../src/errors.ts'
import { NO_CALLER } from '../../../src/functions/user-functions.ts'
import { EMPTY_METASTORE, type Metastore, putSource } from '../../../src/metastore/metastore.ts'
import type { PlanContext } from '../../../src/plan/builder.ts'
import { type PlannedCreateAs, planCreateAs } from '../../../src/plan/queries/persistent-query.ts'
import { planCreateSource } from '../../../src/plan/statements/create-source.ts'
import { parseStatements } from '../../../src/sql/parse.ts'
import { Decimal } from '../../../src/types/decimal.ts'
import type { Row } from '../../../src/types/value.ts'
import { withJavaScriptAggregates } from '../../support/javascript-aggregates.ts'
import { FUNCTIONS, PartitionedDriver } from '../../support/partitioned-driver.ts'
import { Random } from '../../support/random.ts'
import { contentDifference } from './content.ts'
import type { Judge } from './duckdb.ts'
import { queryOf, type RandomCase, sinkQueries } from './random-case.ts'
import { rowsAfter } from './steps.ts'
import { COLUMNS, isTable, millraceColumns, type Plain, SOURCES, type SourceName, type Step } from './world.ts'

/** `refused`: the statement is not supported, says its message. `failed`: what differs. */
export type Verdict =
  | { readonly kind: 'equal' }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string }

const CONTEXT: Omit<PlanContext, 'metastore'> = { functions: FUNCTIONS, partitions: () => 4, config: () => undefined }

const WORLD = withJavaScriptAggregates(
  SOURCES.reduce<Metastore>((metastore, name) => {
    const statement = `CREATE ${isTable(name) ? 'TABLE' : 'STREAM'} ${name} (${millraceColumns(name)})
      WITH (kafka_topic='${name}', value_format='JSON', key_format='KAFKA', partitions=4);`
    const [parsed] = parseStatements(statement)
    if (parsed?.kind !== 'createSource') throw new Error(statement)
    return putSource(metastore, planCreateSource(parsed, { ...CONTEXT, metastore }).source)
  }, EMPTY_METASTORE),
)
const USER_FUNCTIONS = FUNCTIONS.withUsers([...WORLD.functions.values()].flat(), NO_CALLER)

export interface CaseStatements {
  readonly millrace: string
  readonly duckdb: string
}

/** The forms of a case's statement, of which the first that is accepted is run. */
export function statementsOf(one: RandomCase): CaseStatements[] {
  return sinkQueries(queryOf(one)).map(({ sql, kind }) => {
    const create = kind === 'stream' ? 'CREATE STREAM O' : "CREATE TABLE O WITH (key_format='JSON')"
    return { millrace: `${create} AS ${sql.millrace};`, duckdb: sql.duckdb }
  })
}

export interface PlannedCase extends CaseStatements {
  readonly planned: PlannedCreateAs
}

/** Throws the last StatementError if no form is accepted. */
export function planCase(one: RandomCase): PlannedCase {
  const forms = statementsOf(one)
  for (const [place, form] of forms.entries()) {
    try {
      return { ...form, planned: planOf(form.millrace) }
    } catch (error) {
      if (!(error instanceof StatementError) || place === forms.length - 1) throw error
    }
  }
  throw new Error('a case without a statement')
}

function planOf(statement: string): PlannedCreateAs {
  const [parsed] = parseStatements(statement)
  if (parsed?.kind !== 'createAs') throw new Error(statement)
  return planCreateAs(parsed, 'Q', { ...CONTEXT, functions: USER_FUNCTIONS, metastore: WORLD })
}

export async function checkCase(one: RandomCase, judge: Judge): Promise<Verdict> {
  let planned: PlannedCase
  try {
    planned = planCase(one)
  } catch (error) {
    if (error instanceof StatementError) return { kind: 'refused', message: error.message }
    return { kind: 'failed', message: `planning: ${(error as Error).stack}` }
  }
  try {
    const difference = await new CaseRun(one, planned, judge).difference()
    return difference === null ? { kind: 'equal' } : { kind: 'failed', message: difference }
  } catch (error) {
    return { kind: 'failed', message: (error as Error).stack ?? String(error) }
  }
}

class CaseRun {
  readonly #case: RandomCase
  readonly #planned: PlannedCreateAs
  readonly #reference: string
  readonly #judge: Judge
  readonly #used: readonly SourceName[]

  constructor(one: RandomCase, { planned, duckdb: reference }: PlannedCase, judge: Judge) {
    this.#case = one
    this.#planned = planned
    this.#reference = reference
    this.#judge = judge
    this.#used = SOURCES.filter((name) => planned.plan.sources.includes(name))
  }

  /** What differs after some of the steps, after all of them, and in what is kept; null: nothing. */
  async difference(): Promise<string | null> {
    const { steps, restartAt } = this.#case
    const random = new Random(this.#case.order)
    const driver = this.#driver(random)
    const middle = random.integer(0, steps.length)
    for (const [place, step] of steps.entries()) {
      if (place === restartAt) driver.restart()
      feed(driver, step)
      driver.advance(random.integer(0, 6))
      if (place !== middle) continue
      const difference = await this.#compare(driver, steps.slice(0, place + 1))
      if (difference !== null) return `after ${place + 1} steps\n${difference}`
    }
    const difference = await this.#compare(driver, steps)
    return difference ?? this.#stateDifference(driver)
  }

  #driver(random: Random): PartitionedDriver {
    const { partitions, coalesces } = this.#case
    const { plan } = this.#planned
    return new PartitionedDriver({ plan, partitions, coalesces, random: (below) => random.integer(0, below - 1) })
  }

  async #compare(driver: PartitionedDriver, steps: readonly Step[]): Promise<string | null> {
    driver.finish()
    const { schema, kind } = this.#planned.source
    const names = [...schema.key, ...schema.value].map(({ name }) => name)
    const rows = kind === 'TABLE' ? driver.table() : driver.output.map(({ key, value }) => [...(key ?? []), ...value!])
    const tables = new Map(this.#used.map((name) => [name, rowsAfter(steps, name)]))
    const should = await this.#judge.content(this.#reference, tables)
    return contentDifference({ names, rows }, should, kind === 'TABLE' ? schema.key.map(({ name }) => name) : [])
  }

  /** State after updates and deletes is that of a run which has never seen what has gone. */
  #stateDifference(driver: PartitionedDriver): string | null {
    const fresh = this.#driver(new Random(this.#case.order))
    const last = new Map(this.#case.steps.map((step) => [`${step.source} ${step.id}`, step]))
    for (const step of this.#case.steps) {
      const isNewest = !isTable(step.source) || last.get(`${step.source} ${step.id}`) === step
      if (isNewest && step.values !== null) feed(fresh, step)
    }
    fresh.finish()
    const [is, should] = [driver, fresh].map((one) => JSON.stringify(sorted(one.stateSizes())))
    return is === should ? null : `state\nis     ${is}\nshould ${should}`
  }
}

const sorted = (sizes: Readonly<Record<string, number>>): [string, number][] =>
  Object.entries(sizes).sort(([a], [b]) => (a < b ? -1 : 1))

function feed(driver: PartitionedDriver, { source, id, values, timestamp }: Step): void {
  const value = values === null ? null : values.map((plain, i) => runtimeValue(plain, i + 1))
  driver.send(source, { key: [id], value, timestamp })
}

/** `place`: of the column. */
const runtimeValue = (plain: Plain, place: number): Row[number] =>
  COLUMNS[place]!.type === 'DECIMAL' && plain !== null ? Decimal.parse(Number(plain).toFixed(2)) : plain
