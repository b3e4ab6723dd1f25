/** POST /close-query: ends a push query by its id. */
import type { FastifyInstance } from 'fastify'
import { RequestError } from '../../errors.ts'
import type { ServerContext } from '../context.ts'
import type { Operation } from '../openapi/operation.ts'
import type { BodyOf, BodyShape } from '../request-body.ts'

const closeQueryBody = {
  queryId: { kind: 'text', description: 'The id in the first element of the answer of the query.' },
} as const satisfies BodyShape

type CloseQueryBody = BodyOf<typeof closeQueryBody>

const operation: Operation = {
  id: 'closeQuery',
  tag: 'Queries',
  summary: 'Ends a push query by its id.',
  answer: { description: 'The query has ended.' },
}

export function closeQueryRoute(app: FastifyInstance, { lifecycle }: ServerContext): void {
  app.post<{ Body: CloseQueryBody }>(
    '/close-query',
    { schema: { body: closeQueryBody, operation } },
    async (request, reply) => {
      const { queryId } = request.body
      if (queryId === undefined) throw new RequestError('BAD_REQUEST', 'No queryId provided')
      if (!(await lifecycle.engine.closeQuery(queryId))) {
        throw new RequestError('BAD_REQUEST', `No query with id ${queryId}`)
      }
      return reply.send()
    },
  )
}
