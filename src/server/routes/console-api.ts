/** What the console reads beside the public API: snapshots that are cheap enough to be read each second, and the last hour. */
import type { FastifyInstance } from 'fastify'
import { sendJson } from '../answers.ts'
import type { ServerContext } from '../context.ts'

/** No part of the public API: its shapes change with the console that the same server serves. */
export function consoleApiRoutes(app: FastifyInstance, { console: data, lifecycle }: ServerContext): void {
  app.get('/console/api/overview', async (request, reply) => {
    lifecycle.checkReady()
    return sendJson(request, reply, await data.snapshots.latest())
  })
  app.get<{ Querystring: { query?: string | string[] } }>('/console/api/history', async (request, reply) => {
    const { query = [] } = request.query
    return sendJson(request, reply, data.history.answer([query].flat()))
  })
}
