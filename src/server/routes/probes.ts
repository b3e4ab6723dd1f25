/** GET /chc/ready and /chc/live: probes of load balancers, answered with 200 from the start. */
import type { FastifyInstance } from 'fastify'
import { sendJson } from '../answers.ts'

export function probeRoutes(app: FastifyInstance): void {
  app.get('/chc/ready', async (request, reply) => sendJson(request, reply, {}))
  app.get('/chc/live', async (request, reply) => sendJson(request, reply, {}))
}
