/** POST /query-stream: one SELECT or PRINT, whose rows are arrays. */
import type { FastifyInstance } from 'fastify'
import { pullRouting } from '../../engine/cluster/peers.ts'
import { answerQuery } from '../answer-query.ts'
import type { ServerContext } from '../context.ts'
import { DELIMITED, JSON_TYPE, KSQL_JSON, KSQL_PROTOBUF } from '../media-types.ts'
import { component, type Operation } from '../openapi/operation.ts'
import type { BodyOf, BodyShape } from '../request-body.ts'

const queryStreamBody = {
  sql: { kind: 'text', required: true, description: 'One SELECT or PRINT, with its semicolon.' },
  properties: { kind: 'properties', description: 'Settings for the query, as by SET.' },
  sessionVariables: { kind: 'variables', description: 'Variables, as by DEFINE.' },
  requestProperties: { kind: 'properties', description: 'Properties of the request itself, by names with `request.`.' },
} as const satisfies BodyShape

type QueryStreamBody = BodyOf<typeof queryStreamBody>

const streamedRows = { type: 'array', items: component('StreamedRow') }

const operation: Operation = {
  id: 'queryStream',
  tag: 'Queries',
  summary: 'Runs one SELECT or PRINT, whose rows are arrays.',
  description:
    'By default the answer is lines: a description of the rows, then a line per row. Over HTTP/2 each row is a DATA frame of its own.',
  answer: {
    description: 'The rows. The answer of a push query stays open.',
    content: {
      [DELIMITED]: { anyOf: [component('QueryDescription'), component('Row'), component('Error')] },
      [JSON_TYPE]: {
        type: 'array',
        prefixItems: [component('QueryDescription')],
        items: { anyOf: [component('Row'), component('Error')] },
      },
      [KSQL_JSON]: streamedRows,
      [KSQL_PROTOBUF]: streamedRows,
    },
  },
}

export function queryStreamRoute(app: FastifyInstance, context: ServerContext): void {
  app.post<{ Body: QueryStreamBody }>(
    '/query-stream',
    { schema: { body: queryStreamBody, operation } },
    async (request, reply) => {
      const { sql, properties = {}, sessionVariables = {}, requestProperties = {} } = request.body
      const routing = pullRouting(requestProperties)
      const { authorization } = request.headers
      const onIgnoredProperty = (reason: string) => context.log.warn({}, `A property of a query was ignored. ${reason}`)
      const query = { sql, properties, onIgnoredProperty, variables: sessionVariables, routing, authorization }
      const types = [DELIMITED, JSON_TYPE, KSQL_JSON, KSQL_PROTOBUF] as const
      await answerQuery(context, request, reply, { query, endpoint: '/query-stream', types: [...types] })
      return reply
    },
  )
}
