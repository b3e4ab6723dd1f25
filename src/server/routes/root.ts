/** GET /: leads to /info. */
import type { FastifyInstance } from 'fastify'

export function rootRoute(app: FastifyInstance): void {
  app.get('/', async (_request, reply) => reply.redirect('/info', 307))
}
