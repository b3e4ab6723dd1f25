/** GET /info: versions, cluster and state of the server. */
import type { FastifyInstance } from 'fastify'
import { sendJson } from '../answers.ts'
import type { ServerContext } from '../context.ts'

export function infoRoute(app: FastifyInstance, { lifecycle }: ServerContext): void {
  app.get('/info', async (request, reply) =>
    sendJson(request, reply, { KsqlServerInfo: await lifecycle.engine.info() }),
  )
}
