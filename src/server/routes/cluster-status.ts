/** GET /clusterStatus: the servers of the cluster, with the part of the work that each has. */
import type { FastifyInstance } from 'fastify'
import { sendJson } from '../answers.ts'
import type { ServerContext } from '../context.ts'
import { json, type Operation } from '../openapi/operation.ts'

const operation: Operation = {
  id: 'getClusterStatus',
  tag: 'State',
  summary: 'The servers of the cluster, with the part of the work that each has.',
  answer: {
    description: 'The servers by their addresses.',
    content: json({ type: 'object', properties: { clusterStatus: { type: 'object' } }, required: ['clusterStatus'] }),
  },
}

export function clusterStatusRoute(app: FastifyInstance, { lifecycle }: ServerContext): void {
  app.get('/clusterStatus', { schema: { operation } }, async (request, reply) =>
    sendJson(request, reply, { clusterStatus: await lifecycle.engine.clusterStatus() }),
  )
}
