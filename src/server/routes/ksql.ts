/** POST /ksql: statements, each answered with an entity. */
import type { FastifyInstance } from 'fastify'
import { INTERNAL_REQUEST } from '../../engine/cluster/peer-states.ts'
import type { RequestProperties } from '../../engine/requests.ts'
import { sendJson } from '../answers.ts'
import type { ServerContext } from '../context.ts'
import type { BodyShape } from '../request-body.ts'

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
