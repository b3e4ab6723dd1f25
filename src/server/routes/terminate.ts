/** POST /ksql/terminate: ends the cluster of servers. */
import type { FastifyInstance } from 'fastify'
import { sendJson } from '../answers.ts'
import type { ServerContext } from '../context.ts'
import type { BodyShape } from '../request-body.ts'

interface TerminateBody {
  readonly deleteTopicList?: readonly string[]
}

const terminateBody: BodyShape = {
  deleteTopicList: { kind: 'textList' },
  streamsProperties: { kind: 'properties' },
}

export function terminateRoute(app: FastifyInstance, { lifecycle }: ServerContext): void {
  app.post<{ Body: TerminateBody }>('/ksql/terminate', { schema: { body: terminateBody } }, async (request, reply) => {
    const { deleteTopicList = [] } = request.body
    const entity = await lifecycle.during(() => lifecycle.engine.terminate(deleteTopicList))
    return sendJson(request, reply, [entity])
  })
}
