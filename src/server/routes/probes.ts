/** GET /chc/ready and /chc/live: probes of load balancers and container platforms. */
import type { FastifyInstance } from 'fastify'
import { sendJson } from '../answers.ts'
import type { ServerContext } from '../context.ts'

/** `live` is answered with 200 as long as the process answers at all; `ready` with 503 while the server starts and when it stops. */
export function probeRoutes(app: FastifyInstance, { lifecycle }: ServerContext): void {
  app.get('/chc/live', async (request, reply) => sendJson(request, reply, {}))
  app.get('/chc/ready', async (request, reply) => {
    lifecycle.checkReady()
    return sendJson(request, reply, {})
  })
}
