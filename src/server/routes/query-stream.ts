/** POST /query-stream: one SELECT or PRINT, whose rows are arrays. */
import type { FastifyInstance } from 'fastify'
import { pullRouting } from '../../engine/cluster/peers.ts'
import { answerQuery } from '../answer-query.ts'
import type { ServerContext } from '../context.ts'
import { DELIMITED, JSON_TYPE, KSQL_JSON, KSQL_PROTOBUF } from '../media-types.ts'
import type { BodyOf, BodyShape } from '../request-body.ts'

const queryStreamBody = {
  sql: { kind: 'text', required: true },
  properties: { kind: 'properties' },
  sessionVariables: { kind: 'variables' },
  requestProperties: { kind: 'properties' },
} as const satisfies BodyShape

type QueryStreamBody = BodyOf<typeof queryStreamBody>

export function queryStreamRoute(app: FastifyInstance, context: ServerContext): void {
  app.post<{ Body: QueryStreamBody }>(
    '/query-stream',
    { schema: { body: queryStreamBody } },
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
