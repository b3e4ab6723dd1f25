/** Bodies of requests, as the routes declare them. Source: rest.md 3-6. */
import type { RequestProperties } from '../engine/api.ts'
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
  /** `batches`: one answer for rows that are stored together. Anything else: one answer per row. */
  readonly acknowledge?: string
}

export const insertsTarget: BodyShape = {
  target: { kind: 'text', required: true },
  properties: { kind: 'properties' },
  acknowledge: { kind: 'text' },
}
