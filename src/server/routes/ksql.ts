/** POST /ksql: statements, each answered with an entity. */
import type { FastifyInstance } from 'fastify'
import { INTERNAL_REQUEST } from '../../engine/cluster/ask-peers.ts'
import { sendJson } from '../answers.ts'
import type { ServerContext } from '../context.ts'
import type { BodyOf, BodyShape } from '../request-body.ts'

export const ksqlBody = {
  ksql: { kind: 'text', required: true },
  streamsProperties: { kind: 'properties' },
  sessionVariables: { kind: 'variables' },
  requestProperties: { kind: 'properties' },
  commandSequenceNumber: { kind: 'integer' },
} as const satisfies BodyShape

export type KsqlBody = BodyOf<typeof ksqlBody>

export function ksqlRoute(app: FastifyInstance, { lifecycle }: ServerContext): void {
  app.post<{ Body: KsqlBody }>('/ksql', { schema: { body: ksqlBody } }, async (request, reply) => {
    const { ksql, streamsProperties, sessionVariables, requestProperties, commandSequenceNumber } = request.body
    const entities = await lifecycle.during(() =>
      lifecycle.engine.execute({
        sql: ksql,
        properties: streamsProperties ?? {},
        variables: sessionVariables ?? {},
        isPeer: String(requestProperties?.[INTERNAL_REQUEST]) === 'true',
        authorization: request.headers.authorization,
        commandSequenceNumber: commandSequenceNumber ?? null,
      }),
    )
    return sendJson(request, reply, entities)
  })
}
