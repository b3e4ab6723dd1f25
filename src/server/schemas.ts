/** Bodies of requests, as the routes declare them. Source: rest.md 3-6. */
import type { RequestProperties } from '../engine/requests.ts'
import type { BodyShape } from './request-body.ts'

export interface KsqlBody {
  readonly ksql: string
  readonly streamsProperties?: RequestProperties
  readonly sessionVariables?: Readonly<Record<string, string>>
  readonly requestProperties?: RequestProperties
  readonly commandSequenceNumber?: number
}

export const ksqlBody: BodyShape = {
  ksql: { kind: 'text', required: true },
  streamsProperties: { kind: 'properties' },
  sessionVariables: { kind: 'variables' },
  requestProperties: { kind: 'properties' },
  commandSequenceNumber: { kind: 'integer' },
}

export interface QueryStreamBody {
  readonly sql: string
  readonly properties?: RequestProperties
  readonly sessionVariables?: Readonly<Record<string, string>>
  readonly requestProperties?: RequestProperties
}

export const queryStreamBody: BodyShape = {
  sql: { kind: 'text', required: true },
  properties: { kind: 'properties' },
  sessionVariables: { kind: 'variables' },
  requestProperties: { kind: 'properties' },
}

export interface TerminateBody {
  readonly deleteTopicList?: readonly string[]
}

export const terminateBody: BodyShape = {
  deleteTopicList: { kind: 'textList' },
  streamsProperties: { kind: 'properties' },
}

export interface CloseQueryBody {
  readonly queryId?: string
}

export const closeQueryBody: BodyShape = { queryId: { kind: 'text' } }

/** First line of /inserts-stream. */
export interface InsertsTarget {
  readonly target: string
  readonly properties?: RequestProperties
  /** `CUMULATIVE`: an answer stands for all rows up to its number. Otherwise each row has its own. */
  readonly acknowledge?: string
  /** With cumulative answers: `CONTINUE` refuses a row that fails and reads on. */
  readonly onError?: string
  /** The partition that all rows go to. Default: by their keys. */
  readonly partition?: number
  /** Headers of all records, as text. */
  readonly headers?: Readonly<Record<string, string>>
  /** Rows have key columns alone; each deletes the row of its key. */
  readonly tombstones?: boolean
}

export const insertsTarget: BodyShape = {
  target: { kind: 'text', required: true },
  properties: { kind: 'properties' },
  acknowledge: { kind: 'text' },
  onError: { kind: 'text' },
  partition: { kind: 'integer' },
  headers: { kind: 'variables' },
  tombstones: { kind: 'flag' },
}
