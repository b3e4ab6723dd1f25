/** POST /ksql/terminate: ends the cluster of servers. Source: rest.md 6. */
import type { FastifyInstance } from 'fastify'
import { sendJson } from '../answers.ts'
import type { ServerContext } from '../context.ts'
import { type TerminateBody, terminateBody } from '../schemas.ts'

export function terminateRoute(app: FastifyInstance, { lifecycle }: ServerContext): void {
  app.post<{ Body: TerminateBody }>('/ksql/terminate', { schema: { body: terminateBody } }, async (request, reply) => {
    const { deleteTopicList = [] } = request.body
    const entity = await lifecycle.during(() => lifecycle.engine.terminate(deleteTopicList))
    return sendJson(request, reply, [entity])
  })
}
