/** GET /: leads to /info. */
import type { FastifyInstance } from 'fastify'
import type { Operation } from '../openapi/operation.ts'

const operation: Operation = {
  id: 'getRoot',
  tag: 'State',
  summary: 'Leads to /info.',
  answer: { status: 307, description: 'See /info.' },
}

export function rootRoute(app: FastifyInstance): void {
  app.get('/', { schema: { operation } }, async (_request, reply) => reply.redirect('/info', 307))
}
