/** Functions over JSON documents held in texts. Numbers keep their digits, members their order. */

import { valueText } from '../../types/java-text.ts'
import { JsonNumber, type JsonValue } from '../../types/json-parse.ts'
import { jsonWriter } from '../../types/json-text.ts'
import type { SqlType } from '../../types/sql-type.ts'
import type { Value } from '../../types/value.ts'
import { type Budget, CALL_BYTES } from '../budget.ts'
import { type FunctionDeclaration, parameter, scalar } from '../declaration.ts'
import { compilePath, documentText, isArray, isObject, nodeAt, nodeText, parseDocument } from './json-document.ts'

const JSON_TEXT = parameter('json', 'STRING', 'JSON document')

export const jsonFunctions: readonly FunctionDeclaration[] = [
  scalar({
    name: 'EXTRACTJSONFIELD',
    cost: 'linear',
    category: 'JSON',
    description: 'The part of a JSON document at a path: a string without its quotes, anything else as JSON.',
    example: { call: 'EXTRACTJSONFIELD(\'{"log": {"lines": ["a", "b"]}}\', \'$.log.lines[1]\')', result: 'b' },
    variants: [
      {
        parameters: [JSON_TEXT, parameter('path', 'STRING', 'such as $.log.lines[0]["user id"]', checkPath)],
        returns: 'STRING',
        nulls: 'propagate',
        description: 'NULL if the document has no such part.',
        call: (text: string, path: string) => {
          const steps = compilePath(path)
          const node = nodeAt(parseDocument(text), steps)
          return node === undefined ? null : nodeText(node)
        },
      },
    ],
  }),
  scalar({
    name: 'IS_JSON_STRING',
    cost: 'linear',
    category: 'JSON',
    description: 'Whether a text is a JSON document.',
    example: { call: 'IS_JSON_STRING(\'{"a": 1}\')', result: 'true' },
    variants: [
      {
        parameters: [parameter('text', 'STRING', 'text to check; NULL and the empty text are not JSON')],
        returns: 'BOOLEAN',
        nulls: 'pass',
        call: (text: string | null) => text !== null && isDocument(text),
      },
    ],
  }),
  scalar({
    name: 'JSON_ARRAY_CONTAINS',
    cost: 'linear',
    category: 'JSON',
    description: 'Whether a JSON array has an element equal to a value; false if the text is not a JSON array.',
    example: { call: "JSON_ARRAY_CONTAINS('[1, 2]', 2)", result: 'true' },
    variants: [
      {
        parameters: [JSON_TEXT, parameter('value', 'T', 'value to look for; NULL finds a JSON null')],
        returns: 'BOOLEAN',
        nulls: 'pass',
        bind: ([, type]) => arrayContains(type),
      },
    ],
  }),
  scalar({
    name: 'JSON_ARRAY_LENGTH',
    cost: 'linear',
    category: 'JSON',
    description: 'Number of elements of a JSON array; NULL for any other JSON document.',
    example: { call: "JSON_ARRAY_LENGTH('[1, 2]')", result: '2' },
    variants: [
      {
        parameters: [JSON_TEXT],
        returns: 'INT',
        nulls: 'propagate',
        call: (text: string) => {
          const document = parseDocument(text)
          return isArray(document) ? document.length : null
        },
      },
    ],
  }),
  scalar({
    name: 'JSON_CONCAT',
    cost: 'linear',
    category: 'JSON',
    description:
      'Merges JSON documents: objects into one object, in which the last of equal names is kept; anything else into an array.',
    example: { call: 'JSON_CONCAT(\'{"a": 1}\', \'{"b": 2}\')', result: '{"a":1,"b":2}' },
    variants: [
      {
        parameters: [
          parameter('documents', 'STRING...', 'JSON documents; NULL or an empty text among them gives NULL'),
        ],
        returns: 'STRING',
        nulls: 'propagate',
        call: (...texts: string[]) => concat(texts.map(parseDocument)),
      },
    ],
  }),
  scalar({
    name: 'JSON_ITEMS',
    cost: 'linear',
    category: 'JSON',
    description: 'The elements of a JSON array, each as JSON.',
    example: { call: 'JSON_ITEMS(\'[{"a": 1}, 2]\')', result: '[{"a":1}, 2]' },
    variants: [
      {
        parameters: [JSON_TEXT],
        returns: 'ARRAY<STRING>',
        nulls: 'propagate',
        call: (text: string) => {
          const document = parseDocument(text)
          if (!isArray(document)) throw new Error(`Not a JSON array: ${text}`)
          return document.map(documentText)
        },
      },
    ],
  }),
  scalar({
    name: 'JSON_KEYS',
    cost: 'linear',
    category: 'JSON',
    description: 'The member names of a JSON object, in their order; NULL for any other JSON document.',
    example: { call: 'JSON_KEYS(\'{"a": 1, "b": 2}\')', result: '[a, b]' },
    variants: [
      {
        parameters: [JSON_TEXT],
        returns: 'ARRAY<STRING>',
        nulls: 'propagate',
        call: (text: string) => {
          const document = parseDocument(text)
          return isObject(document) ? Array.from(document.keys()) : null
        },
      },
    ],
  }),
  scalar({
    name: 'JSON_RECORDS',
    cost: 'linear',
    category: 'JSON',
    description:
      'A JSON object as a map: strings without their quotes, anything else as JSON; NULL for any other JSON document.',
    example: { call: 'JSON_RECORDS(\'{"a": 1, "b": "x"}\')', result: '{a=1, b=x}' },
    variants: [
      {
        parameters: [JSON_TEXT],
        returns: 'MAP<STRING, STRING>',
        nulls: 'propagate',
        call: (text: string) => {
          const document = parseDocument(text)
          return isObject(document) ? new Map(Array.from(document, ([name, node]) => [name, nodeText(node)])) : null
        },
      },
    ],
  }),
  scalar({
    name: 'TO_JSON_STRING',
    cost: 'linear',
    category: 'JSON',
    description: 'Converts any value to JSON; the members of structs and maps are sorted by name.',
    example: { call: "TO_JSON_STRING(STRUCT(`id` := 1, `tags` := ARRAY['a']))", result: '{"id":1,"tags":["a"]}' },
    variants: [
      {
        parameters: [parameter('value', 'T', 'value to write; NULL is written as null')],
        returns: 'STRING',
        nulls: 'pass',
        bind: ([type], _returns, { budget }) => sortedWriter(type!, budget),
      },
    ],
  }),
]

function isDocument(text: string): boolean {
  try {
    return parseDocument(text) !== undefined
  } catch {
    return false
  }
}

function arrayContains(type: SqlType | undefined): (text: string | null, value: Value) => boolean {
  return (text, value) => {
    if (text === null || !isDocument(text)) return false
    const document = parseDocument(text)
    return isArray(document) && document.some((element) => equals(element, value, type))
  }
}

/** Whole numbers match INT and BIGINT, those with a fraction or an exponent DOUBLE. */
function equals(element: JsonValue, value: Value, type: SqlType | undefined): boolean {
  if (!(element instanceof JsonNumber)) return element === value
  switch (type?.kind) {
    case 'INTEGER':
    case 'BIGINT':
      return value !== null && element.isInteger() && BigInt(element.text) === BigInt(value as number | bigint)
    case 'DOUBLE':
      return !element.isInteger() && Number(element.text) === value
    default:
      return false
  }
}

function concat(documents: readonly (JsonValue | undefined)[]): string | null {
  if (documents.length === 0) return null
  const present = documents.filter((document) => document !== undefined)
  if (present.length < documents.length) return null
  if (present.every(isObject)) return documentText(new Map(present.flatMap((members) => Array.from(members))))
  return documentText(present.flatMap((document) => (isArray(document) ? document : [document])))
}

/** As `jsonWriter`, but with the members of structs and maps in the order of their names. */
function sortedWriter(type: SqlType, budget: Budget): (value: Value) => string {
  const write = nonNullWriter(type, budget)
  return (value) => {
    budget.spend(CALL_BYTES)
    return value === null ? 'null' : write(value)
  }
}

function nonNullWriter(type: SqlType, budget: Budget): (value: Value) => string {
  switch (type.kind) {
    case 'ARRAY': {
      const element = sortedWriter(type.element, budget)
      return (value) => `[${(value as readonly Value[]).map(element).join(',')}]`
    }
    case 'MAP': {
      const keyText = valueText(type.key)
      const item = sortedWriter(type.value, budget)
      return (value) =>
        object(Array.from(value as ReadonlyMap<Value, Value>, ([key, member]) => [keyText(key), item(member)] as const))
    }
    case 'STRUCT': {
      const members = type.fields.map((field, index) => ({
        name: field.name,
        index,
        write: sortedWriter(field.type, budget),
      }))
      return (value) =>
        object(
          members.map(({ name, index, write }) => [name, write((value as readonly Value[])[index] ?? null)] as const),
        )
    }
    default:
      return jsonWriter(type)
  }
}

function object(members: (readonly [name: string, text: string])[]): string {
  members.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return `{${members.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`
}

function checkPath(path: string): void {
  compilePath(path)
}
