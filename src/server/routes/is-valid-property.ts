/** GET /is_valid_property/:name: whether clients may set a property. */
import type { FastifyInstance } from 'fastify'
import { sendJson } from '../answers.ts'
import type { ServerContext } from '../context.ts'

export function isValidPropertyRoute(app: FastifyInstance, { lifecycle }: ServerContext): void {
  app.get<{ Params: { name: string } }>('/is_valid_property/:name', async (request, reply) => {
    lifecycle.engine.checkProperty(request.params.name)
    return sendJson(request, reply, true)
  })
}
