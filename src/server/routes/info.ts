/** GET /info: versions, cluster and state of the server. */
import type { FastifyInstance } from 'fastify'
import { sendJson } from '../answers.ts'
import type { ServerContext } from '../context.ts'
import { objectSchema } from '../openapi/object-schema.ts'
import { json, type Operation } from '../openapi/operation.ts'

const text = { type: 'string' }

const operation: Operation = {
  id: 'getInfo',
  tag: 'State',
  summary: 'Versions, cluster and state of the server.',
  answer: {
    description: 'Facts about the server.',
    content: json(
      objectSchema({
        KsqlServerInfo: objectSchema({
          version: { ...text, description: 'The release of ksqlDB whose API the server has.' },
          millraceVersion: text,
          kafkaClusterId: text,
          ksqlServiceId: text,
          serverStatus: { ...text, enum: ['RUNNING', 'ERROR', 'DEGRADED'] },
        }),
      }),
    ),
  },
}

export function infoRoute(app: FastifyInstance, { lifecycle }: ServerContext): void {
  app.get('/info', { schema: { operation } }, async (request, reply) =>
    sendJson(request, reply, { KsqlServerInfo: await lifecycle.engine.info() }),
  )
}
