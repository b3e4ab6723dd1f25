/** POST /query-stream: one SELECT or PRINT, its rows as arrays. */
import type { FastifyInstance } from 'fastify'
import { answerQuery } from '../answer-query.ts'
import type { ServerContext } from '../context.ts'
import { DELIMITED, JSON_TYPE, KSQL_JSON } from '../media-types.ts'
import { type QueryStreamBody, queryStreamBody } from '../schemas.ts'

export function queryStreamRoute(app: FastifyInstance, context: ServerContext): void {
  app.post<{ Body: QueryStreamBody }>(
    '/query-stream',
    { schema: { body: queryStreamBody } },
    async (request, reply) => {
      const { sql, properties, sessionVariables } = request.body
      const query = { sql, properties: properties ?? {}, variables: sessionVariables ?? {} }
      const types = [DELIMITED, JSON_TYPE, KSQL_JSON] as const
      await answerQuery(context, request, reply, { query, endpoint: '/query-stream', types: [...types] })
      return reply
    },
  )
}
