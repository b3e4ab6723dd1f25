/** Runs one test of the REST suite through a real server. Source: ksqlDB's functional test runner. */

import { valueDifference } from '../../../src/testing/json/compare.ts'
import { deserializeRecord } from '../../../src/testing/json/deserialize.ts'
import { CheckFailure } from '../../../src/testing/json/failure.ts'
import { isObject, listOf, objectOf } from '../../../src/testing/json/json-access.ts'
import type { TestRecord } from '../../../src/testing/json/records.ts'
import { serializeRecord } from '../../../src/testing/json/serialize.ts'
import { formatJsonValue, type JsonValue, parseJsonValue } from '../../../src/types/json-parse.ts'
import { until } from '../../support/until.ts'
import { initialTopics } from '../topics.ts'
import { afterRoundTrip, objectDifference, rowsDifference } from './match-response.ts'
import { protobufDifference } from './protobuf-rows.ts'
import type { ExpectedError, ExpectedResponse, RestCase } from './read-rest-case.ts'
import { World } from './world.ts'

/** Bound on one request, ms. */
const TIMEOUT_MS = 20_000

/** Why the test failed; null: it passed. */
export async function runRestCase(testCase: RestCase): Promise<string | null> {
  const world = await World.open()
  try {
    await new RestRun(testCase, world).run()
    return null
  } catch (error) {
    return error instanceof CheckFailure ? error.message : String((error as Error).stack)
  } finally {
    await world.close()
  }
}

interface Answer {
  readonly status: number
  readonly body: JsonValue
}

interface ActualResponse {
  readonly kind: ExpectedResponse['kind']
  readonly value: JsonValue
}

class RestRun {
  readonly #case: RestCase
  readonly #world: World
  readonly #responses: ActualResponse[] = []

  constructor(testCase: RestCase, world: World) {
    this.#case = testCase
    this.#world = world
  }

  async run(): Promise<void> {
    const { statements, expectedError, inputs, waitForPushQuery } = this.#case
    const queries = statements.filter(isQuery)
    const admin = statements.filter((text) => !isQuery(text))
    await this.#world.createTopics(initialTopics(this.#case))
    this.#world.schemas.prepare(this.#case.topics, [])
    if (await this.#runAdmin(admin)) return
    if (!waitForPushQuery) await this.#produce(inputs)
    if (expectedError === null || queries.length > 0) await this.#world.settled()
    for (const query of queries) if (await this.#runQuery(query)) return
    if (expectedError !== null && queries.length > 0) throw new CheckFailure('nothing was refused')
    if (this.#case.repeatsInProtobuf) for (const query of queries) await this.#runProtobufQuery(query)
    await this.#checkOutputs()
    this.#checkResponses()
  }

  /** True: the case ends here, with the error that it expects. */
  async #runAdmin(statements: readonly string[]): Promise<boolean> {
    if (statements.length === 0) return false
    const answer = await this.#post('/ksql', statements.join('\n'))
    if (this.#isExpectedError(answer)) return true
    for (const value of listOf(answer.body, 'the answer')) this.#responses.push({ kind: 'admin', value })
    return false
  }

  async #runQuery(query: string): Promise<boolean> {
    const answering = this.#post('/query', query)
    if (this.#case.waitForPushQuery) {
      await this.#untilPushQueryRuns(answering)
      await this.#produce(this.#case.inputs)
    }
    const answer = await answering
    if (this.#isExpectedError(answer)) return true
    this.#responses.push({ kind: 'query', value: answer.body })
    return false
  }

  async #runProtobufQuery(sql: string): Promise<void> {
    const properties = Object.fromEntries(this.#case.properties)
    const { status, body } = await this.#send('/query-stream', { sql, properties }, 'application/vnd.ksql.v1+protobuf')
    if (status >= 400) throw new CheckFailure(`status ${status}: ${formatJsonValue(body)}`)
    this.#responses.push({ kind: 'queryProto', value: body })
  }

  async #untilPushQueryRuns(answering: Promise<Answer>): Promise<void> {
    let isAnswered = false
    answering.then(
      () => (isAnswered = true),
      () => (isAnswered = true),
    )
    await until(() => this.#world.pushQueries > 0 || isAnswered)
    await this.#world.settled()
  }

  #isExpectedError({ status, body }: Answer): boolean {
    if (status < 400) return false
    const { expectedError, statements } = this.#case
    if (expectedError === null) throw new CheckFailure(`status ${status}: ${formatJsonValue(body)}`)
    const difference = errorDifference(expectedError, status, body, statements[statements.length - 1]!)
    if (difference !== null) throw new CheckFailure(difference)
    return true
  }

  #post(path: string, ksql: string): Promise<Answer> {
    const streamsProperties = Object.fromEntries(this.#case.properties)
    return this.#send(path, { ksql, streamsProperties }, '*/*')
  }

  async #send(path: string, body: object, accept: string): Promise<Answer> {
    const response = await fetch(this.#world.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.ksql.v1+json', accept },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    return { status: response.status, body: afterRoundTrip(parseJsonValue(await response.text())) }
  }

  async #produce(records: readonly TestRecord[]): Promise<void> {
    for (const record of records) {
      await this.#world.produce(
        record.topic,
        serializeRecord(record, this.#world.sourceOf(record.topic), this.#world.schemas),
      )
    }
  }

  /** Which of several partitions comes first is not defined, so each expected record must be met by one of its own. */
  async #checkOutputs(): Promise<void> {
    const { outputs } = this.#case
    for (const topic of new Set(outputs.map((output) => output.topic))) {
      const expected = outputs.filter((output) => output.topic === topic)
      const source = this.#world.sourceOf(topic)
      const records = await this.#world.consume(topic)
      if (records.length !== expected.length) {
        throw new CheckFailure(`topic ${topic}: expected ${expected.length} records, got ${records.length}`)
      }
      const deserialization = { source, schemas: this.#world.schemas, exact: true }
      const left = records.map((record) => deserializeRecord(record, deserialization))
      for (const output of expected) {
        const differences = left.map(
          (actual) =>
            valueDifference('key', output.key, actual.key) ??
            valueDifference('value', output.value, actual.value) ??
            timeDifference(output.timestamp, actual.timestamp),
        )
        const found = differences.indexOf(null)
        if (found < 0) throw new CheckFailure(`topic ${topic}: ${differences[0]}`)
        left.splice(found, 1)
      }
    }
  }

  #checkResponses(): void {
    this.#case.responses.forEach((expected, i) => {
      const actual = this.#responses[i]
      if (actual?.kind !== expected.kind) {
        throw new CheckFailure(`response ${i}: expected one of kind ${expected.kind}, got ${actual?.kind ?? 'none'}`)
      }
      const difference = responseDifference(expected, actual.value)
      if (difference !== null) throw new CheckFailure(`response ${i}: ${difference}`)
    })
  }
}

function responseDifference({ kind, value }: ExpectedResponse, actual: JsonValue): string | null {
  if (kind === 'admin') return objectDifference(objectOf(value, 'a response'), actual)
  const compare = kind === 'query' ? rowsDifference : protobufDifference
  return compare(listOf(value, 'a query response'), listOf(actual, 'the answer'))
}

const isQuery = (statement: string): boolean => statement.startsWith('SELECT ')

const timeDifference = (expected: number | null, actual: number): string | null =>
  expected === null || expected === actual ? null : `timestamp: expected ${expected}, got ${actual}`

/** Source: ksqlDB's functional test runner. */
function errorDifference(expected: ExpectedError, status: number, body: JsonValue, statement: string): string | null {
  const text = formatJsonValue(body)
  const member = (name: string): string => String(isObject(body) ? (body.get(name) ?? '') : '')
  if (expected.status !== null && expected.status !== status)
    return `expected status ${expected.status}: ${status} ${text}`
  if (expected.message !== null && !member('message').includes(expected.message)) {
    return `expected an error with the text: ${expected.message}\ngot: ${text}`
  }
  if (!isObject(body) || !body.has('error_code')) return `no error_code in ${text}`
  if (expected.type?.endsWith('KsqlStatementErrorMessage') !== true) return null
  if (member('@type') !== 'statement_error') return `expected a statement_error, got ${text}`
  return member('statementText').includes(masked(statement))
    ? null
    : `expected the statement ${masked(statement)} in ${text}`
}

/** As the server hides what a user has inserted. */
function masked(statement: string): string {
  const values = /^(\s*INSERT\s.*?\sVALUES\s*\()(.*)(\)\s*;?\s*)$/is.exec(statement)
  if (values === null) return statement
  const count = topLevelCommas(values[2]!) + 1
  return `${values[1]}${Array(count).fill("'[value]'").join(', ')}${values[3]}`
}

function topLevelCommas(text: string): number {
  let depth = 0
  let commas = 0
  for (const [token] of text.matchAll(/'(?:[^']|'')*'|[()[\],]/g)) {
    if (token === '(' || token === '[') depth++
    if (token === ')' || token === ']') depth--
    if (token === ',' && depth === 0) commas++
  }
  return commas
}
