/** Cases of the REST suite, expanded to tests. Source: ksqlDB's functional test runner. */

import {
  type JsonObject,
  listOf,
  objectOf,
  optionalNumber,
  optionalText,
  textOf,
} from '../../../src/testing/json/json-access.ts'
import { type JsonValue, parseJsonValue } from '../../../src/types/json-parse.ts'
import { expandFormats, type QttCase, readData, readProperties } from '../read-case.ts'

export interface ExpectedResponse {
  readonly kind: 'admin' | 'query' | 'queryProto'
  readonly value: JsonValue
}

/** What must be said; null: not looked at. */
export interface ExpectedError {
  readonly type: string | null
  readonly message: string | null
  readonly status: number | null
}

/** One test: a case, for one format. */
export interface RestCase
  extends Pick<QttCase, 'name' | 'statements' | 'properties' | 'topics' | 'inputs' | 'outputs'> {
  readonly responses: readonly ExpectedResponse[]
  readonly expectedError: ExpectedError | null
  /** Records are produced only when the push query runs. */
  readonly waitForPushQuery: boolean
  /** Each query runs once more, in the Protobuf encoding. */
  readonly repeatsInProtobuf: boolean
}

/** The tests of a file. `fileName`: without folder and extension. Throws an Error for a file that is not of the form. */
export function readRestCases(text: string, fileName: string): RestCase[] {
  const cases = listOf(objectOf(parseJsonValue(text), 'the file').get('tests'), 'tests')
  if (cases.length === 0) throw new Error(`${fileName} has no tests`)
  return cases.flatMap((json) => readCase(objectOf(json, 'a case'), fileName))
}

function readCase(json: JsonObject, fileName: string): RestCase[] {
  const name = textOf(json.get('name'), 'name')
  if (json.get('enabled') === false) return []
  const conditions = json.get('inputConditions')
  const data = {
    ...readData(json),
    properties: readProperties(json.get('properties')),
    responses: listOf(json.get('responses'), 'responses').map((response) =>
      readResponse(objectOf(response, 'response')),
    ),
    expectedError: readError(json.get('expectedError')),
    waitForPushQuery:
      conditions !== undefined && objectOf(conditions, 'inputConditions').get('waitForActivePushQuery') === true,
    repeatsInProtobuf: json.get('testPullWithProtoFormat') === true,
  }
  return expandFormats(json).map(({ suffix, statements }) => ({
    name: `${fileName} - ${name}${suffix}`,
    statements,
    ...data,
  }))
}

function readResponse(json: JsonObject): ExpectedResponse {
  const [[kind, value], ...others] = [...json] as [[string, JsonValue], ...unknown[]]
  if (others.length > 0 || (kind !== 'admin' && kind !== 'query' && kind !== 'queryProto')) {
    throw new Error(`not a response: ${[...json.keys()].join(', ')}`)
  }
  return { kind, value }
}

function readError(json: JsonValue | undefined): ExpectedError | null {
  if (json === undefined || json === null) return null
  const error = objectOf(json, 'expectedError')
  return {
    type: optionalText(error.get('type'), 'type'),
    message: optionalText(error.get('message'), 'message'),
    status: optionalNumber(error.get('status'), 'status'),
  }
}
