/** Checks on the catalogue and on the topics after a run. Source: ksqlDB's functional test runner. */
import { resolveTypeNode } from '../../src/expressions/type-node.ts'
import type { DataSource } from '../../src/metastore/data-source.ts'
import type { Metastore } from '../../src/metastore/metastore.ts'
import { parseColumns } from '../../src/sql/parse.ts'
import { CheckFailure } from '../../src/testing/json/failure.ts'
import {
  isObject,
  type JsonObject,
  optionalNumber,
  optionalText,
  textOf,
  textsOf,
} from '../../src/testing/json/json-access.ts'
import { formatSchema, type HeaderColumn, type Schema } from '../../src/types/schema.ts'
import { type KnownTopic, keyFormatOf, topicDifference, valueFormatOf } from './known-topic.ts'
import type { Post } from './read-case.ts'

export interface RunResult {
  readonly metastore: Metastore
  /** Internal ones included. */
  readonly topics: readonly KnownTopic[]
}

/** Throws CheckFailure. */
export function checkPost({ sources, topics, blacklist }: Post, result: RunResult): void {
  for (const expected of sources) checkSource(expected, result.metastore)
  if (blacklist !== null) checkBlacklist(new RegExp(blacklist), result.topics)
  for (const expected of topics) checkTopic(expected, result)
}

function checkBlacklist(pattern: RegExp, topics: readonly KnownTopic[]): void {
  const topic = topics.find(({ name }) => pattern.test(name))
  if (topic !== undefined) throw new CheckFailure(`post: there is a topic ${topic.name}`)
}

function checkTopic(expected: JsonObject, { topics }: RunResult): void {
  const name = textOf(expected.get('name'), 'name of a topic')
  const topic = topics.find((known) => known.name === name)
  if (topic === undefined) {
    throw new CheckFailure(`post: there is no topic ${name}; there are ${topics.map((known) => known.name).join(', ')}`)
  }
  const difference = topicDifference(expected, topic)
  if (difference !== null) throw new CheckFailure(`post: topic ${name}: ${difference}`)
}

function checkSource(expected: JsonObject, metastore: Metastore): void {
  const name = textOf(expected.get('name'), 'name of a source')
  const source = metastore.sources.get(name)
  if (source === undefined) throw new CheckFailure(`post: there is no source ${name}`)
  for (const [member, check] of Object.entries(SOURCE_CHECKS)) {
    const difference = expected.has(member) ? check(expected, source, metastore) : null
    if (difference !== null) throw new CheckFailure(`post: ${member} of ${name}: ${difference}`)
  }
}

type Check = (expected: JsonObject, source: DataSource, metastore: Metastore) => string | null

const differs = (expected: unknown, actual: unknown): string | null =>
  expected === actual ? null : `expected ${expected}, got ${actual}`

const SOURCE_CHECKS: { readonly [member: string]: Check } = {
  type: (expected, { kind }) => differs(textOf(expected.get('type'), 'type').toUpperCase(), kind),
  schema: (expected, { schema }, metastore) =>
    differs(formatSchema(parseSchema(textOf(expected.get('schema'), 'schema'), metastore)), formatSchema(schema)),
  keyFormat: (expected, source) => keyFormatDifference(expected, source),
  valueFormat: (expected, { valueFormat }) => {
    const format = formatName(expected, 'valueFormat')
    return format === null ? null : differs(format, valueFormat.format)
  },
  keyFeatures: (expected, source) => featuresDifference(expected, 'keyFeatures', keyFormatOf(source).features),
  valueFeatures: (expected, source) => featuresDifference(expected, 'valueFeatures', valueFormatOf(source).features),
  isSource: (expected, { isSource }) => differs(expected.get('isSource'), isSource),
}

function parseSchema(text: string, { types }: Metastore): Schema {
  const columns = parseColumns(text).map(({ name, type, role, headerKey }) => ({
    column: { name, type: resolveTypeNode(type, (custom) => types.get(custom)) },
    role,
    headerKey,
  }))
  const key = columns.filter(({ role }) => role === 'KEY' || role === 'PRIMARY KEY')
  const headers = columns.filter(({ role }) => role === 'HEADER' || role === 'HEADERS')
  return {
    key: key.map(({ column }) => column),
    value: columns.filter(({ role }) => role === null).map(({ column }) => column),
    headers: headers.map(({ column, headerKey }): HeaderColumn => ({ ...column, headerKey })),
  }
}

function formatName(expected: JsonObject, member: string): string | null {
  const format = expected.get(member)
  if (!isObject(format)) return optionalText(format, member)
  return optionalText(format.get('format'), `format of ${member}`)
}

/** An absent window means that there must be none. */
function keyFormatDifference(expected: JsonObject, { keyFormat, window }: DataSource): string | null {
  const member = expected.get('keyFormat')
  const windowType = isObject(member) ? optionalText(member.get('windowType'), 'windowType') : null
  const windowSize = isObject(member) ? optionalNumber(member.get('windowSize'), 'windowSize') : null
  const format = formatName(expected, 'keyFormat')
  return (
    (format === null ? null : differs(format, keyFormat.format)) ??
    differs(windowType?.toUpperCase() ?? null, window?.type ?? null) ??
    differs(windowSize, window?.sizeMs ?? null)
  )
}

function featuresDifference(expected: JsonObject, member: string, actual: readonly string[]): string | null {
  return differs(textsOf(expected.get(member), member).sort().join(), [...actual].sort().join())
}
