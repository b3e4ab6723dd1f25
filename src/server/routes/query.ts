/** POST /query: one SELECT or PRINT, its rows as objects that say what they are. */
import type { FastifyInstance } from 'fastify'
import { answerQuery } from '../answer-query.ts'
import type { ServerContext } from '../context.ts'
import { DELIMITED, JSON_TYPE, KSQL_JSON } from '../media-types.ts'
import { type KsqlBody, ksqlBody } from '../schemas.ts'

export function queryRoute(app: FastifyInstance, context: ServerContext): void {
  app.post<{ Body: KsqlBody }>('/query', { schema: { body: ksqlBody } }, async (request, reply) => {
    const { ksql, streamsProperties, sessionVariables } = request.body
    const query = { sql: ksql, properties: streamsProperties ?? {}, variables: sessionVariables ?? {} }
    await answerQuery(context, request, reply, { query, endpoint: '/query', types: [KSQL_JSON, JSON_TYPE, DELIMITED] })
    return reply
  })
}
