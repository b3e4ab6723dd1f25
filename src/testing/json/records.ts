/** Records of tests in JSON. Form: the query validation tests and the older test runner of ksqlDB. */
import type { JsonValue } from '../../types/json-parse.ts'
import type { Header, Window } from '../../types/record.ts'
import { type JsonObject, listOf, objectOf, optionalNumber, optionalText, textOf } from './json-access.ts'

export interface TestWindow extends Window {
  readonly type: 'time' | 'session'
}

export interface TestRecord {
  readonly topic: string
  readonly key: JsonValue
  readonly value: JsonValue
  /** Epoch ms; null where the case does not say. */
  readonly timestamp: number | null
  readonly window: TestWindow | null
  readonly headers: readonly Header[]
}

/** Throws an Error for what is not of the form. */
export function readRecord(json: JsonObject): TestRecord {
  if (!json.has('value')) throw new Error('a record needs a value')
  return {
    topic: textOf(json.get('topic'), 'topic of a record'),
    key: json.get('key') ?? null,
    value: json.get('value')!,
    timestamp: optionalNumber(json.get('timestamp'), 'timestamp'),
    window: readWindow(json.get('window')),
    headers: listOf(json.get('headers'), 'headers').map((header) => readHeader(objectOf(header, 'a header'))),
  }
}

function readWindow(json: JsonValue | undefined): TestWindow | null {
  if (json === undefined || json === null) return null
  const window = objectOf(json, 'window')
  const type = textOf(window.get('type'), 'type of a window').toLowerCase()
  if (type !== 'time' && type !== 'session') throw new Error(`unknown type of window: ${type}`)
  const bound = (name: string) => optionalNumber(window.get(name), name) ?? 0
  return { type, start: bound('start'), end: bound('end') }
}

function readHeader(json: JsonObject): Header {
  const value = optionalText(json.get('VALUE'), 'VALUE of a header')
  return {
    key: textOf(json.get('KEY'), 'KEY of a header'),
    value: value === null ? null : Buffer.from(value, 'base64'),
  }
}
