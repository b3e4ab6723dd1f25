/** Carries out the statements of one SQL test, its assertions included, over queries that run in this process on a hand-set clock. */
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { durationMs } from '../analysis/durations.ts'
import { ManualClock } from '../clock.ts'
import { type Config, createConfig } from '../engine/config/config.ts'
import { messageOf, StatementError } from '../errors.ts'
import type { FunctionRegistry } from '../functions/registry.ts'
import type { DataSource } from '../metastore/data-source.ts'
import type { PhysicalPlan } from '../plan/physical-plan.ts'
import { TestDriver, type TopicRecord } from '../runtime/task/test-driver.ts'
import type { InsertValues } from '../sql/ast/definitions.ts'
import type { Statement } from '../sql/ast/statement.ts'
import type { AdvanceTime, Mock, RunScript } from '../sql/ast/test-statements.ts'
import { parseStatements } from '../sql/parse.ts'
import { type StatementPiece, splitStatements } from '../sql/split.ts'
import { substituteVariables } from '../sql/variables.ts'
import type { Process } from '../types/record.ts'
import { TIMESTAMP } from '../types/sql-type.ts'
import { expectedRow } from './assert-values.ts'
import { Assertions } from './assertions.ts'
import { LocalSchemas } from './local-schemas.ts'
import { Pipeline } from './pipeline.ts'
import { StatementCatalogue } from './statement-catalogue.ts'

export interface ScriptOptions {
  /** Path of the test's file: where RUN SCRIPT looks from. */
  readonly file: string
  readonly functions: FunctionRegistry
  /** Settings of the server that the test stands for. */
  readonly settings: Readonly<Record<string, string>>
  /** Functions such as RANDOM take their numbers here. */
  readonly random: () => number
}

const SETTINGS = { 'ksql.service.id': 'test_' }
/** Scripts that run each other. */
const MAX_DEPTH = 16
/** Kinds that only show something: a script may have them for those who run it by hand. */
const SHOWN = new Set<Statement['kind']>([
  'query',
  'print',
  'explain',
  'showProperties',
  'showTopics',
  'showStreams',
  'showTables',
  'showQueries',
  'showFunctions',
  'showConnectors',
  'showConnectorPlugins',
  'showTypes',
  'showVariables',
  'describeSource',
  'describeStreams',
  'describeTables',
  'describeFunction',
  'describeConnector',
])

export class Script {
  readonly #options: ScriptOptions
  readonly #clock = new ManualClock()
  readonly #settings: Map<string, string>
  readonly #variables = new Map<string, string>()
  readonly schemas = new LocalSchemas()
  readonly #pipeline: Pipeline
  readonly #catalogue: StatementCatalogue
  readonly #assertions: Assertions
  readonly #errors: string[] = []
  readonly #mocks = new Map<string, Mock>()
  #config: Config

  constructor(options: ScriptOptions) {
    this.#options = options
    this.#settings = new Map(Object.entries({ ...SETTINGS, ...options.settings }))
    this.#config = createConfig(Object.fromEntries(this.#settings))
    this.#pipeline = new Pipeline((plan, former) => this.#driver(plan, { former }))
    this.#catalogue = new StatementCatalogue({
      functions: options.functions,
      config: (name) => this.#config.get(name),
      partitions: () => 1,
      schemas: this.schemas,
      clock: this.#clock,
      random: options.random,
      append: (topic, record) => this.#pipeline.append(topic, record),
      onQuery: (plan) => this.#start(plan),
      onDropQuery: (queryId) => this.#pipeline.stop(queryId),
    })
    this.#assertions = new Assertions({
      catalogue: this.#catalogue,
      pipeline: this.#pipeline,
      errors: this.#errors,
      makeDriver: (plan, subscriber) => this.#driver(plan, { subscriber }),
    })
  }

  /** A stream or table that uses the topic; null: none does. */
  sourceOf(topic: string): DataSource | null {
    return [...this.#catalogue.metastore.sources.values()].find((source) => source.topic === topic) ?? null
  }

  /** All records of a topic, in their order. */
  records(topic: string): readonly TopicRecord[] {
    return this.#pipeline.records(topic)
  }

  /** Runs a record through all queries. Throws QueryError where a query stops. */
  append(topic: string, record: TopicRecord): void {
    this.#pipeline.append(topic, record)
  }

  /** Throws ParseError, StatementError, FailedAssertion, and QueryError where a query stops. */
  run(piece: StatementPiece): void {
    this.#run(piece, { depth: 0, file: this.#options.file })
  }

  /** All queries continue as after a restart of the server. */
  restart(): void {
    this.#pipeline.restart()
  }

  #run({ text, location }: StatementPiece, at: { readonly depth: number; readonly file: string }): void {
    for (const statement of parseStatements(substituteVariables(text, this.#variables), {
      testStatements: true,
      start: location,
    })) {
      this.#execute(statement, at)
    }
  }

  #execute(statement: Statement, at: { readonly depth: number; readonly file: string }): void {
    switch (statement.kind) {
      case 'set':
      case 'alterSystem':
        this.#set(statement.name, statement.value)
        return
      case 'unset':
        this.#set(statement.name, null)
        return
      case 'define':
        this.#variables.set(statement.name.toUpperCase(), statement.value)
        return
      case 'undefine':
        this.#variables.delete(statement.name.toUpperCase())
        return
      case 'runScript':
        this.#runScript(statement, at)
        return
      case 'mock':
        this.#mocks.set(statement.target, statement)
        return
      case 'advanceTime':
        this.#advance(statement)
        return
      case 'assertStream':
      case 'assertTable':
      case 'assertValues':
      case 'assertNullValues':
      case 'assertRows':
      case 'assertError':
        this.#assertions.check(statement)
        return
      case 'terminate':
        this.#terminate(statement.queryId)
        return
      default:
        this.#change(statement, at.depth > 0)
        return
    }
  }

  #change(statement: Statement, isScript: boolean): void {
    if (this.#catalogue.execute(statement)) {
      if (statement.kind === 'createAs' || statement.kind === 'createSource') this.#insertMocked(statement.name)
      return
    }
    if (isScript && (SHOWN.has(statement.kind) || statement.kind === 'createConnector')) return
    throw new StatementError('This statement has no effect in a test. Remove it, or run it on a server.', {
      location: statement.location,
    })
  }

  #set(name: string, value: string | null): void {
    if (value !== null) this.#settings.set(name, value)
    else this.#settings.delete(name)
    this.#config = createConfig(Object.fromEntries(this.#settings))
  }

  /** The path is that of the script that names it. */
  #runScript({ file, location }: RunScript, at: { readonly depth: number; readonly file: string }): void {
    if (at.depth === MAX_DEPTH) {
      throw new StatementError(`Scripts run each other more than ${MAX_DEPTH} deep. Remove the cycle.`, { location })
    }
    const path = resolve(dirname(at.file), file)
    let text: string
    try {
      text = readFileSync(path, 'utf8')
    } catch (error) {
      throw new StatementError(`The script ${path} cannot be read: ${messageOf(error)}`, { location, cause: error })
    }
    for (const piece of splitStatements(text)) {
      try {
        this.#run(piece, { depth: at.depth + 1, file: path })
      } catch (error) {
        const place = `${path}:${piece.location.line}`
        if (error instanceof StatementError)
          throw new StatementError(`${place}: ${error.message}`, { location, cause: error })
        throw error
      }
    }
  }

  // ---- Queries -----------------------------------------------------------------------------------------------------------------------

  #start(plan: PhysicalPlan): void {
    if (plan.sink !== null && this.#mocks.has(plan.sink)) return
    const isEarliest = this.#config.get('auto.offset.reset') === 'earliest'
    const { sources } = this.#catalogue.metastore
    const mocked = new Set([...this.#mocks.keys()].map((name) => sources.get(name)?.topic))
    this.#pipeline.start(plan, (topic) => isEarliest || mocked.has(topic))
  }

  #terminate(queryId: string | null): void {
    const ids = queryId === null ? this.#catalogue.plans.map((plan) => plan.queryId) : [queryId]
    for (const id of ids) this.#pipeline.stop(id)
  }

  #insertMocked(name: string): void {
    const mock = this.#mocks.get(name)
    if (mock === undefined || mock.rows.length === 0) return
    const { target, columns, rows, text, location } = mock
    const insert: InsertValues = { kind: 'insertValues', target, columns, rows, text, ...(location && { location }) }
    this.#catalogue.execute(insert)
  }

  #driver(
    plan: PhysicalPlan,
    { former, subscriber }: { former?: TestDriver | undefined; subscriber?: Process },
  ): TestDriver {
    return new TestDriver(
      {
        plan,
        functions: this.#options.functions,
        functionContext: this.#catalogue.functionContext,
        clock: this.#clock,
        config: (name) => this.#config.get(name),
        writerSchemas: this.schemas.writers,
        onError: ({ message, causes }) => this.#errors.push([message, ...causes].join(': ')),
        ...(subscriber !== undefined && { subscriber }),
      },
      former,
    )
  }

  #advance({ by, to, location }: AdvanceTime): void {
    const now = this.#clock.now()
    const next = by !== null ? now + durationMs(by) : this.#timeOf(to!)
    if (next < now) {
      throw new StatementError(`Time cannot go back: it is ${now} ms since 1970.`, { location })
    }
    this.#clock.set(next)
  }

  #timeOf(expression: NonNullable<AdvanceTime['to']>): number {
    if (expression.kind === 'integerLiteral') return expression.value
    const [value] = expectedRow([expression], [{ name: 'TIME', type: TIMESTAMP }], this.#catalogue.context)
    return Number(value)
  }
}
