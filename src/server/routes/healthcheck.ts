/** GET /healthcheck: always 200; trouble shows in the body. */
import type { FastifyInstance } from 'fastify'
import { sendJson } from '../answers.ts'
import type { ServerContext } from '../context.ts'
import { objectSchema } from '../openapi/object-schema.ts'
import { json, type Operation } from '../openapi/operation.ts'

const operation: Operation = {
  id: 'getHealth',
  tag: 'State',
  summary: 'The health of the server; always 200, trouble is in the body.',
  answer: {
    description: 'The health of the server and of its parts.',
    content: json(
      objectSchema({
        isHealthy: { type: 'boolean' },
        details: { type: 'object' },
        serverState: { type: 'string', enum: ['READY', 'INITIALIZING', 'TERMINATING'] },
      }),
    ),
  },
}

export function healthcheckRoute(app: FastifyInstance, { health }: ServerContext): void {
  app.get('/healthcheck', { schema: { operation } }, async (request, reply) =>
    sendJson(request, reply, await health.read()),
  )
}
