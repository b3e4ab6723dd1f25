/** GET /metrics: in the text form of Prometheus. */
import type { FastifyInstance } from 'fastify'
import type { ServerContext } from '../context.ts'
import type { Operation } from '../openapi/operation.ts'

const operation: Operation = {
  id: 'getMetrics',
  tag: 'State',
  summary: 'Metrics in the text form of Prometheus.',
  answer: { description: 'The metrics.', content: { 'text/plain': null } },
}

export function metricsRoute(app: FastifyInstance, { metrics }: ServerContext): void {
  app.get('/metrics', { schema: { operation } }, async (_request, reply) => {
    const text = await metrics.metrics()
    return reply.type(metrics.contentType).send(text)
  })
}
