/** GET /chc/ready and /chc/live: probes of load balancers; 200 from the first moment on. */
import type { FastifyInstance } from 'fastify'
import { sendJson } from '../answers.ts'

export function probeRoutes(app: FastifyInstance): void {
  app.get('/chc/ready', async (request, reply) => sendJson(request, reply, {}))
  app.get('/chc/live', async (request, reply) => sendJson(request, reply, {}))
}
