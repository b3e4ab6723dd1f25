/** GET /clusterStatus: the servers of the cluster, with the part of the work that each has. */
import type { FastifyInstance } from 'fastify'
import { sendJson } from '../answers.ts'
import type { ServerContext } from '../context.ts'

export function clusterStatusRoute(app: FastifyInstance, { lifecycle }: ServerContext): void {
  app.get('/clusterStatus', async (request, reply) =>
    sendJson(request, reply, { clusterStatus: await lifecycle.engine.clusterStatus() }),
  )
}
