/** POST /ksql: statements, each answered with an entity. */
import type { FastifyInstance } from 'fastify'
import { INTERNAL_REQUEST } from '../../engine/cluster/ask-peers.ts'
import { sendJson } from '../answers.ts'
import type { ServerContext } from '../context.ts'
import { component, json, type Operation } from '../openapi/operation.ts'
import type { BodyOf, BodyShape } from '../request-body.ts'

export const ksqlBody = {
  ksql: { kind: 'text', required: true, description: 'The statements, each with its semicolon.' },
  streamsProperties: { kind: 'properties', description: 'Settings for these statements, as by SET.' },
  sessionVariables: { kind: 'variables', description: 'Variables, as by DEFINE.' },
  requestProperties: { kind: 'properties', description: 'Properties of the request itself, by names with `request.`.' },
  commandSequenceNumber: {
    kind: 'integer',
    description: 'A number from an earlier answer: the request waits until that command has been applied.',
  },
} as const satisfies BodyShape

export type KsqlBody = BodyOf<typeof ksqlBody>

const operation: Operation = {
  id: 'executeStatements',
  tag: 'Statements',
  summary: 'Runs statements other than SELECT and PRINT.',
  description: 'All statements are checked first; if one of them is refused, none is carried out.',
  answer: {
    description: 'The answers of the statements in their order; INSERT VALUES, SET and DEFINE have none.',
    content: json({ type: 'array', items: component('Entity') }),
  },
}

export function ksqlRoute(app: FastifyInstance, { lifecycle }: ServerContext): void {
  app.post<{ Body: KsqlBody }>('/ksql', { schema: { body: ksqlBody, operation } }, async (request, reply) => {
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
