/** POST /ksql/terminate: ends the cluster of servers. */
import type { FastifyInstance } from 'fastify'
import { sendJson } from '../answers.ts'
import type { ServerContext } from '../context.ts'
import { component, json, type Operation } from '../openapi/operation.ts'
import type { BodyOf, BodyShape } from '../request-body.ts'

const terminateBody = {
  deleteTopicList: {
    kind: 'textList',
    description: 'Topics of queries that are deleted: names, or regular expressions.',
  },
  streamsProperties: { kind: 'properties', description: 'Accepted and of no effect, as in ksqlDB.' },
} as const satisfies BodyShape

type TerminateBody = BodyOf<typeof terminateBody>

const operation: Operation = {
  id: 'terminateCluster',
  tag: 'Cluster',
  summary: 'Ends the cluster for good: its queries, their state, and the command log.',
  answer: {
    description: 'The cluster has ended.',
    content: json({ type: 'array', items: component('Entity') }),
  },
}

export function terminateRoute(app: FastifyInstance, { lifecycle }: ServerContext): void {
  app.post<{ Body: TerminateBody }>(
    '/ksql/terminate',
    { schema: { body: terminateBody, operation } },
    async (request, reply) => {
      const { deleteTopicList = [] } = request.body
      const entity = await lifecycle.during(() => lifecycle.engine.terminate(deleteTopicList))
      return sendJson(request, reply, [entity])
    },
  )
}
