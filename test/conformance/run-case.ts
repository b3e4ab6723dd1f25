/** Runs one test as the official runner does: statements, data one query after another, checks. Source: ksqlDB's functional test runner. */
import { ManualClock, systemClock } from '../../src/clock.ts'
import { StatementError } from '../../src/errors.ts'
import { BUILT_IN_FUNCTIONS } from '../../src/functions/index.ts'
import { createRegistry } from '../../src/functions/registry.ts'
import type { DataSource } from '../../src/metastore/data-source.ts'
import { EMPTY_METASTORE } from '../../src/metastore/metastore.ts'
import type { RepartitionStep } from '../../src/operators/step.ts'
import type { PlanContext } from '../../src/plan/builder.ts'
import type { PhysicalPlan } from '../../src/plan/physical-plan.ts'
import { TestDriver, type TopicRecord } from '../../src/runtime/task/test-driver.ts'
import type { Statement } from '../../src/sql/ast/statement.ts'
import { parseStatements } from '../../src/sql/parse.ts'
import { errorDifference, errorText } from '../../src/testing/expected-error.ts'
import { recordDifference } from '../../src/testing/json/compare.ts'
import { deserializeRecord } from '../../src/testing/json/deserialize.ts'
import { CheckFailure } from '../../src/testing/json/failure.ts'
import type { TestRecord } from '../../src/testing/json/records.ts'
import { serializeRecord } from '../../src/testing/json/serialize.ts'
import { StatementCatalogue } from '../../src/testing/statement-catalogue.ts'
import { CaseSchemas, derivedSchemas } from './case-schemas.ts'
import { type KnownTopic, keyFormatOf, valueFormatOf } from './known-topic.ts'
import { checkPost } from './post.ts'
import type { QttCase } from './read-case.ts'
import { TEST_FUNCTIONS } from './test-functions.ts'
import { DEFAULT_PARTITIONS, initialTopics, parsed } from './topics.ts'

const BASE_PROPERTIES: ReadonlyMap<string, string> = new Map([
  ['ksql.service.id', 'some.ksql.service.id'],
  ['auto.offset.reset', 'earliest'],
  ['cache.max.bytes.buffering', '0'],
  ['ksql.headers.columns.enabled', 'true'],
])

const FUNCTIONS = createRegistry([...BUILT_IN_FUNCTIONS, ...TEST_FUNCTIONS])

/** Why the test failed; null: it passed. */
export function runCase(testCase: QttCase): string | null {
  const { expectedException } = testCase
  try {
    new CaseRun(testCase).run()
  } catch (error) {
    if (error instanceof CheckFailure) return error.message
    return expectedException === null ? unexpected(error) : errorDifference(expectedException, error)
  }
  if (expectedException === null) return null
  return `nothing failed; expected: ${expectedException.message ?? expectedException.type}`
}

/** With the place in the code, unless the error is about the statement. */
function unexpected(error: unknown): string {
  if (error instanceof StatementError || error instanceof WrongRecordCount || !(error instanceof Error)) {
    return errorText(error)
  }
  const cause = error.cause instanceof Error ? error.cause : error
  return `${error.message}\n${cause.stack}`
}

class CaseRun {
  readonly #case: QttCase
  readonly #config: (name: string) => string | undefined
  readonly #partitions: Map<string, number>
  /** What the simulated topics hold. */
  readonly #records = new Map<string, TopicRecord[]>()
  readonly #catalogue: StatementCatalogue
  readonly #recordErrors: string[] = []
  readonly #schemas = new CaseSchemas()
  readonly #internalTopics: KnownTopic[] = []

  constructor(testCase: QttCase) {
    this.#case = testCase
    this.#config = (name) => testCase.properties.get(name) ?? BASE_PROPERTIES.get(name)
    this.#partitions = initialTopics(testCase)
    this.#schemas.prepare(testCase.topics, derivedSchemas(testCase.statements.flatMap(parsed), this.#planning))
    this.#catalogue = new StatementCatalogue({
      clock: systemClock,
      random: Math.random,
      functions: FUNCTIONS,
      config: this.#config,
      partitions: (topic) => this.#partitions.get(topic),
      schemas: this.#schemas,
      append: (topic, record) => this.#recordsOf(topic).push(record),
    })
  }

  get #planning(): PlanContext {
    return {
      metastore: EMPTY_METASTORE,
      functions: FUNCTIONS,
      config: this.#config,
      partitions: (topic) => this.#partitions.get(topic),
    }
  }

  run(): void {
    const { statements, inputs, outputs, expectedException, post } = this.#case
    this.#execute(parseStatements(statements.join('\n')))
    if (inputs.length === 0 && expectedException !== null) {
      throw new CheckFailure(`nothing failed; expected: ${expectedException.message ?? expectedException.type}`)
    }
    if (this.#catalogue.plans.length === 0) throw new CheckFailure('the statements made no persistent query')
    for (const input of inputs) {
      this.#recordsOf(input.topic).push(serializeRecord(input, this.#sourceOf(input.topic), this.#schemas))
    }
    for (const plan of this.#catalogue.plans) this.#feed(plan)
    for (const topic of new Set(outputs.map((output) => output.topic))) this.#checkTopic(topic)
    if (post !== null) this.#checkPost()
  }

  /** Only the last statement may fail as expected. */
  #execute(statements: readonly Statement[]): void {
    statements.forEach((statement, i) => {
      try {
        if (!this.#catalogue.execute(statement)) throw new CheckFailure(`cannot be run here: ${statement.text}`)
      } catch (error) {
        if (this.#case.expectedException === null || i === statements.length - 1) throw error
        throw new CheckFailure(`failed before the last statement: ${errorText(error)}`)
      }
    })
  }

  /** Listed inputs come first; a topic that has some is read from them alone. */
  #feed(plan: PhysicalPlan): void {
    const driver = new TestDriver({
      plan,
      functions: FUNCTIONS,
      functionContext: this.#catalogue.functionContext,
      clock: new ManualClock(),
      config: this.#config,
      writerSchemas: this.#schemas.writers,
      onError: (error) => this.#recordErrors.push(error.message),
    })
    const topics = new Set(driver.sourceTopics)
    const listed = new Set(this.#case.inputs.map(({ topic }) => topic))
    const pipe = (topic: string, record: TopicRecord) => {
      for (const produced of driver.pipe(topic, record)) this.#recordsOf(produced.topic).push(produced)
    }
    for (const input of this.#case.inputs) {
      if (topics.has(input.topic)) pipe(input.topic, serializeRecord(input, this.#sourceOf(input.topic), this.#schemas))
    }
    for (const topic of topics) {
      if (!listed.has(topic)) for (const record of [...this.#recordsOf(topic)]) pipe(topic, record)
    }
    this.#internalTopics.push(...driver.repartitions.flatMap((step) => this.#internalTopic(step, plan)))
  }

  /** Nothing for the subscriptions of a foreign-key join. */
  #internalTopic({ topicSuffix, keyFormat, input }: RepartitionStep, { queryId, steps }: PhysicalPlan): KnownTopic[] {
    if (steps.find(({ id }) => id === input)!.kind.startsWith('foreignKey')) return []
    const name = `_confluent-ksql-${this.#config('ksql.service.id')}query_${queryId}-${topicSuffix}`
    return [
      {
        name,
        keyFormat: { format: keyFormat.format, properties: {}, features: [], window: null },
        valueFormat: null,
        partitions: null,
        keySchema: null,
        valueSchema: null,
      },
    ]
  }

  #checkTopic(topic: string): void {
    const expected = this.#case.outputs.filter((output) => output.topic === topic)
    const source = this.#sourceOf(topic)
    const exact = this.#config('use.exact.numeric.comparison') !== 'false'
    const deserialization = { source, schemas: this.#schemas, exact }
    const actual = this.#recordsOf(topic).map((record) => deserializeRecord(record, deserialization))
    const difference = (output: TestRecord, i: number): string | null =>
      recordDifference(output, actual[i]!, { anyTimeForZero: this.#case.inputs.length === 0 })
    const common = expected.slice(0, actual.length)
    const first = common.findIndex((output, i) => difference(output, i) !== null)
    const where = first < 0 ? '' : `; record ${first}: ${difference(common[first]!, first)}`
    const errors = this.#recordErrors.length === 0 ? '' : `; processing log: ${this.#recordErrors[0]}`
    if (expected.length !== actual.length) {
      throw new WrongRecordCount(
        `topic ${topic}: expected ${expected.length} records, got ${actual.length}${where}${errors}`,
      )
    }
    if (first >= 0) throw new CheckFailure(`topic ${topic}${where}${errors}`)
  }

  #checkPost(): void {
    const { metastore } = this.#catalogue
    const names = new Set([...this.#partitions.keys(), ...this.#records.keys()])
    const topics = [...names].map((name) => this.#knownTopic(name))
    checkPost(this.#case.post!, { metastore, topics: [...topics, ...this.#internalTopics] })
  }

  /** A sink was made again when its query started. */
  #knownTopic(name: string): KnownTopic {
    const sources = [...this.#catalogue.metastore.sources.values()]
    const source = sources.find(({ topic }) => topic === name)
    const isSink = this.#catalogue.plans.some(({ sink }) => sink === source?.name)
    return {
      name,
      keyFormat: source === undefined ? null : keyFormatOf(source),
      valueFormat: source === undefined ? null : valueFormatOf(source),
      partitions: isSink ? DEFAULT_PARTITIONS : (this.#partitions.get(name) ?? null),
      keySchema: this.#schemas.latest(name, 'KEY'),
      valueSchema: this.#schemas.latest(name, 'VALUE'),
    }
  }

  /** A stream or table that uses the topic. */
  #sourceOf(topic: string): DataSource {
    const source = [...this.#catalogue.metastore.sources.values()].find((candidate) => candidate.topic === topic)
    if (source === undefined) throw new CheckFailure(`no stream or table uses the topic ${topic}`)
    return source
  }

  #recordsOf(topic: string): TopicRecord[] {
    const records = this.#records.get(topic) ?? []
    this.#records.set(topic, records)
    return records
  }
}

/** As CheckFailure, but a case may expect it: the official runner throws it as an exception of the run. */
class WrongRecordCount extends Error {
  override readonly name = 'WrongRecordCount'
}
