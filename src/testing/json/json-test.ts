/**
 * A test of three files: statements, the records that go in, and those that must come out. Source: `ksql-test-runner` of ksqlDB, whose files
 * are `{"inputs": [{"topic", "key", "value", "timestamp", "window"}]}` and `{"outputs": [...]}`.
 */
import type { DataSource } from '../../metastore/data-source.ts'
import { splitStatements } from '../../sql/split.ts'
import { parseJsonValue } from '../../types/json-parse.ts'
import { FailedAssertion } from '../failed-assertion.ts'
import { Script, type ScriptOptions } from '../script.ts'
import { recordDifference } from './compare.ts'
import { deserializeRecord } from './deserialize.ts'
import { listOf, objectOf } from './json-access.ts'
import { readRecord, type TestRecord } from './records.ts'
import { serializeRecord } from './serialize.ts'

export interface JsonTest {
  readonly sql: string
  /** Text of the file with the inputs; null: the statements insert the input. */
  readonly inputs: string | null
  readonly outputs: string
}

/** Throws StatementError, FailedAssertion, and Error for a file that is not of the form. */
export function runJsonTest({ sql, inputs, outputs }: JsonTest, options: ScriptOptions): void {
  const script = new Script(options)
  for (const piece of splitStatements(sql)) script.run(piece)
  for (const record of inputs === null ? [] : recordsOf(inputs, 'inputs')) {
    script.append(record.topic, serializeRecord(record, sourceOf(record.topic, script), script.schemas))
  }
  const expected = Map.groupBy(recordsOf(outputs, 'outputs'), ({ topic }) => topic)
  for (const [topic, records] of expected) checkTopic(topic, records, script)
}

function recordsOf(text: string, member: string): TestRecord[] {
  const file = objectOf(parseJsonValue(text), 'the file')
  if (!file.has(member)) throw new Error(`the file has no member "${member}"`)
  return listOf(file.get(member), member).map((record) => readRecord(objectOf(record, 'a record')))
}

function checkTopic(topic: string, expected: readonly TestRecord[], script: Script): void {
  const source = sourceOf(topic, script)
  const actual = script
    .records(topic)
    .map((record) => deserializeRecord(record, { source, schemas: script.schemas, exact: true }))
  expected.forEach((record, i) => {
    const found = actual[i]
    if (found === undefined) return
    const difference = recordDifference(record, found, { anyTimeForZero: false })
    if (difference !== null) throw new FailedAssertion(`Topic ${topic}, record ${i}: ${difference}`)
  })
  if (actual.length === expected.length) return
  throw new FailedAssertion(`Expected <${expected.length}> records but it was <${actual.length}> in topic ${topic}.`)
}

function sourceOf(topic: string, script: Script): DataSource {
  const source = script.sourceOf(topic)
  if (source === null) throw new FailedAssertion(`No stream or table uses the topic ${topic}.`)
  return source
}
