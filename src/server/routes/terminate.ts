/** POST /ksql/terminate: ends the cluster of servers. */
import type { FastifyInstance } from 'fastify'
import { sendJson } from '../answers.ts'
import type { ServerContext } from '../context.ts'
import type { BodyOf, BodyShape } from '../request-body.ts'

const terminateBody = {
  deleteTopicList: { kind: 'textList' },
  streamsProperties: { kind: 'properties' },
} as const satisfies BodyShape

type TerminateBody = BodyOf<typeof terminateBody>

export function terminateRoute(app: FastifyInstance, { lifecycle }: ServerContext): void {
  app.post<{ Body: TerminateBody }>('/ksql/terminate', { schema: { body: terminateBody } }, async (request, reply) => {
    const { deleteTopicList = [] } = request.body
    const entity = await lifecycle.during(() => lifecycle.engine.terminate(deleteTopicList))
    return sendJson(request, reply, [entity])
  })
}
