/** GET /is_valid_property/:name: whether clients may set a property. */
import type { FastifyInstance } from 'fastify'
import { sendJson } from '../answers.ts'
import type { ServerContext } from '../context.ts'
import { json, type Operation } from '../openapi/operation.ts'

const operation: Operation = {
  id: 'isValidProperty',
  tag: 'State',
  summary: 'Whether clients may set a property.',
  parameters: { name: 'The name of a property, such as `auto.offset.reset`.' },
  answer: { description: 'They may; otherwise the request is refused.', content: json({ const: true }) },
}

export function isValidPropertyRoute(app: FastifyInstance, { lifecycle }: ServerContext): void {
  app.get<{ Params: { name: string } }>(
    '/is_valid_property/:name',
    { schema: { operation } },
    async (request, reply) => {
      lifecycle.engine.checkProperty(request.params.name)
      return sendJson(request, reply, true)
    },
  )
}
