/** GET /healthcheck: always 200; trouble shows in the body. */
import type { FastifyInstance } from 'fastify'
import { sendJson } from '../answers.ts'
import type { ServerContext } from '../context.ts'

export function healthcheckRoute(app: FastifyInstance, { health }: ServerContext): void {
  app.get('/healthcheck', async (request, reply) => sendJson(request, reply, await health.read()))
}
