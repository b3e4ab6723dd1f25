/** POST /query: one SELECT or PRINT, whose rows are objects that say what they are. */
import type { FastifyInstance } from 'fastify'
import { pullRouting } from '../../engine/cluster/peers.ts'
import { answerQuery } from '../answer-query.ts'
import type { ServerContext } from '../context.ts'
import { DELIMITED, JSON_TYPE, KSQL_JSON, KSQL_PROTOBUF } from '../media-types.ts'
import { component, type Operation } from '../openapi/operation.ts'
import { type KsqlBody, ksqlBody } from './ksql.ts'

/** Property of a request that requests remarks between rows; see docs/http-api.md#post-query. */
const NOTICES = 'request.millrace.notices'

const streamedRows = { type: 'array', items: component('StreamedRow') }

const operation: Operation = {
  id: 'query',
  tag: 'Queries',
  summary: 'Runs one SELECT or PRINT, whose rows are objects.',
  answer: {
    description: 'A header, then an element per row. The answer of a push query stays open. PRINT answers with text.',
    content: {
      [KSQL_JSON]: streamedRows,
      [JSON_TYPE]: streamedRows,
      [DELIMITED]: { anyOf: [component('QueryDescription'), component('Row'), component('Error')] },
      [KSQL_PROTOBUF]: streamedRows,
    },
  },
}

export function queryRoute(app: FastifyInstance, context: ServerContext): void {
  app.post<{ Body: KsqlBody }>('/query', { schema: { body: ksqlBody, operation } }, async (request, reply) => {
    const { ksql, streamsProperties = {}, sessionVariables = {}, requestProperties = {} } = request.body
    const routing = pullRouting(requestProperties)
    const { authorization } = request.headers
    const query = { sql: ksql, properties: streamsProperties, variables: sessionVariables, routing, authorization }
    const types = [KSQL_JSON, JSON_TYPE, DELIMITED, KSQL_PROTOBUF] as const
    const takesNotices = String(requestProperties[NOTICES]) === 'true'
    await answerQuery(context, request, reply, { query, endpoint: '/query', types: [...types], takesNotices })
    return reply
  })
}
