/** GET /metrics: in the text form of Prometheus. */
import type { FastifyInstance } from 'fastify'
import type { ServerContext } from '../context.ts'

export function metricsRoute(app: FastifyInstance, { metrics }: ServerContext): void {
  app.get('/metrics', async (_request, reply) => {
    const text = await metrics.metrics()
    return reply.type(metrics.contentType).send(text)
  })
}
