/** GET /chc/ready and /chc/live: probes of load balancers and container platforms. */
import type { FastifyInstance } from 'fastify'
import { sendJson } from '../answers.ts'
import type { ServerContext } from '../context.ts'
import { json, type Operation } from '../openapi/operation.ts'

const content = json({ type: 'object' })

const live: Operation = {
  id: 'isAlive',
  tag: 'State',
  summary: 'Whether the process answers.',
  answer: { description: 'It does.', content },
}

const ready: Operation = {
  id: 'isReady',
  tag: 'State',
  summary: 'Whether the server takes requests; 503 while it starts and when it stops.',
  answer: { description: 'It does.', content },
}

/** `live` is answered with 200 as long as the process answers at all; `ready` with 503 while the server starts and when it stops. */
export function probeRoutes(app: FastifyInstance, { lifecycle }: ServerContext): void {
  app.get('/chc/live', { schema: { operation: live } }, async (request, reply) => sendJson(request, reply, {}))
  app.get('/chc/ready', { schema: { operation: ready } }, async (request, reply) => {
    lifecycle.checkReady()
    return sendJson(request, reply, {})
  })
}
