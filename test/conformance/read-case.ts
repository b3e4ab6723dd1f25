/** Cases of a file of the query validation suite, expanded to tests. The form is that of ksqlDB's query validation tests. */
import type { SchemaType } from '../../src/registry/schema-registry.ts'
import type { ExpectedError } from '../../src/testing/expected-error.ts'
import {
  type JsonObject,
  listOf,
  objectOf,
  optionalNumber,
  optionalText,
  textOf,
  textsOf,
} from '../../src/testing/json/json-access.ts'
import { readRecord, type TestRecord } from '../../src/testing/json/records.ts'
import { formatJsonValue, JsonNumber, type JsonValue, parseJsonValue } from '../../src/types/json-parse.ts'

export interface CaseTopic {
  readonly name: string
  readonly partitions: number
  /** The schemas to register; null: none. */
  readonly KEY: CaseSchema | null
  readonly VALUE: CaseSchema | null
}

export interface CaseSchema {
  readonly type: SchemaType
  readonly text: string
  /** Null: the next one. */
  readonly id: number | null
  readonly references: readonly { readonly name: string; readonly schema: CaseSchema }[]
}

export interface Post {
  readonly sources: readonly JsonObject[]
  readonly topics: readonly JsonObject[]
  readonly blacklist: string | null
}

/** One test: a case, for one format and one configuration. */
export interface QttCase {
  /** Unique in a suite. */
  readonly name: string
  readonly statements: readonly string[]
  readonly properties: ReadonlyMap<string, string>
  readonly topics: readonly CaseTopic[]
  readonly inputs: readonly TestRecord[]
  readonly outputs: readonly TestRecord[]
  readonly expectedException: ExpectedError | null
  readonly post: Post | null
}

/** The tests of a file. `fileName`: without folder and extension. Throws an Error for a file that is not of the form. */
export function readCases(text: string, fileName: string): QttCase[] {
  const cases = listOf(objectOf(parseJsonValue(text), 'the file').get('tests'), 'tests')
  if (cases.length === 0) throw new Error(`${fileName} has no tests`)
  return cases.flatMap((json) => readCase(objectOf(json, 'a case'), fileName))
}

function readCase(json: JsonObject, fileName: string): QttCase[] {
  const name = textOf(json.get('name'), 'name')
  if (json.get('enabled') === false) return []
  try {
    return expand(json).map(({ suffix, statements, properties }) => ({
      name: `${fileName} - ${name}${suffix}`,
      statements,
      properties,
      ...readMembers(json),
    }))
  } catch (error) {
    throw new Error(`${fileName} - ${name}: ${(error as Error).message}`, { cause: error })
  }
}

function readMembers(json: JsonObject): Omit<QttCase, 'name' | 'statements' | 'properties'> {
  const { inputs, outputs, topics } = readData(json)
  const expectedException = readException(json.get('expectedException'))
  if (inputs.length === 0 && outputs.length === 0 && expectedException === null) {
    throw new Error('a case needs inputs, outputs or an expected exception')
  }
  return { topics, inputs, outputs, expectedException, post: readPost(json.get('post')) }
}

/** Topics and records, which both suites have. */
export const readData = (json: JsonObject): Pick<QttCase, 'topics' | 'inputs' | 'outputs'> => ({
  topics: listOf(json.get('topics'), 'topics').map((topic) => readTopic(objectOf(topic, 'a topic'))),
  inputs: listOf(json.get('inputs'), 'inputs').map((record) => readRecord(objectOf(record, 'an input'))),
  outputs: listOf(json.get('outputs'), 'outputs').map((record) => readRecord(objectOf(record, 'an output'))),
})

interface Variant {
  readonly suffix: string
  readonly statements: readonly string[]
  readonly properties: ReadonlyMap<string, string>
}

/** The cross product of formats and configurations. */
function expand(json: JsonObject): Variant[] {
  const texts = expandFormats(json)
  const configs = configurations(json)
  return texts.flatMap((text) => configs.map((config) => ({ ...text, ...config, suffix: text.suffix + config.suffix })))
}

/** The statements for each format that the case lists. */
export function expandFormats(json: JsonObject): Omit<Variant, 'properties'>[] {
  const statements = textsOf(json.get('statements'), 'statements')
  if (statements.length === 0) throw new Error('a case needs statements')
  const formats = textsOf(json.get('format'), 'format')
  if (formats.length === 0) return [{ suffix: '', statements }]
  return formats.map((format) => ({
    suffix: ` - ${format}`,
    statements: statements.map((text) => text.replaceAll('{FORMAT}', format)),
  }))
}

function configurations(json: JsonObject): Pick<Variant, 'suffix' | 'properties'>[] {
  const properties = readProperties(json.get('properties'))
  const values = textsOf(json.get('config'), 'config')
  if (values.length === 0) return [{ suffix: '', properties }]
  const open = [...properties].filter(([, value]) => value.toUpperCase() === '{CONFIG}')
  const [property] = open
  if (property === undefined || open.length > 1) throw new Error('exactly one property must be {CONFIG}')
  return values.map((value) => ({
    suffix: ` - ${property[0]}=${value}`,
    properties: new Map(properties).set(property[0], value),
  }))
}

export function readProperties(json: JsonValue | undefined): Map<string, string> {
  if (json === undefined || json === null) return new Map()
  return new Map(Array.from(objectOf(json, 'properties'), ([name, value]) => [name, scalarText(value)]))
}

const scalarText = (value: JsonValue): string => (value instanceof JsonNumber ? value.text : String(value))

function readTopic(json: JsonObject): CaseTopic {
  return {
    name: textOf(json.get('name'), 'name of a topic'),
    partitions: optionalNumber(json.get('partitions'), 'partitions') ?? 1,
    KEY: readSchema(json, 'key'),
    VALUE: readSchema(json, 'value'),
  }
}

function readSchema(json: JsonObject, side: 'key' | 'value'): CaseSchema | null {
  const schema = json.get(`${side}Schema`)
  if (schema === undefined || schema === null) return null
  const format = optionalText(json.get(`${side}Format`), 'format of a schema') ?? 'AVRO'
  const references = listOf(json.get(`${side}SchemaReferences`), 'references').map((reference) =>
    readReference(objectOf(reference, 'a reference')),
  )
  return { ...schemaOf(schema, format), id: optionalNumber(json.get(`${side}SchemaId`), 'schema id'), references }
}

const readReference = (json: JsonObject): CaseSchema['references'][number] => ({
  name: textOf(json.get('name'), 'name of a reference'),
  schema: {
    ...schemaOf(json.get('schema')!, textOf(json.get('format'), 'format of a reference')),
    id: null,
    references: [],
  },
})

function schemaOf(schema: JsonValue, format: string): Pick<CaseSchema, 'type' | 'text'> {
  const name = format.toUpperCase()
  if (name === 'PROTOBUF') return { type: 'PROTOBUF', text: textOf(schema, 'a .proto text') }
  return { type: name.startsWith('JSON') ? 'JSON' : 'AVRO', text: formatJsonValue(schema) }
}

function readException(json: JsonValue | undefined): ExpectedError | null {
  if (json === undefined || json === null) return null
  const exception = objectOf(json, 'expectedException')
  const part = (name: string) => optionalText(exception.get(name), name)
  const expected = {
    type: part('type'),
    message: part('message'),
    cause: part('cause'),
    causeMessage: part('causeMessage'),
  }
  if (expected.type === null && expected.message === null) throw new Error('an exception needs a type or a message')
  if (expected.causeMessage !== null && expected.cause === null) throw new Error('causeMessage needs cause')
  return expected
}

function readPost(json: JsonValue | undefined): Post | null {
  if (json === undefined || json === null) return null
  const post = objectOf(json, 'post')
  const topics = post.has('topics') ? objectOf(post.get('topics'), 'post.topics') : new Map<string, JsonValue>()
  return {
    sources: listOf(post.get('sources'), 'post.sources').map((source) => objectOf(source, 'a source')),
    topics: listOf(topics.get('topics'), 'topics of post.topics').map((topic) => objectOf(topic, 'a topic')),
    blacklist: optionalText(topics.get('blacklist'), 'blacklist'),
  }
}
