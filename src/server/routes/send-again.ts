/** POST /send-again: sends a bad record or a dead letter to its topic again. Not in ksqlDB. */
import type { FastifyInstance } from 'fastify'
import { RequestError } from '../../errors.ts'
import { sendJson } from '../answers.ts'
import type { ServerContext } from '../context.ts'
import { objectSchema } from '../openapi/object-schema.ts'
import { json, type Operation } from '../openapi/operation.ts'
import type { BodyOf, BodyShape } from '../request-body.ts'

const sendAgainBody = {
  topic: {
    kind: 'text',
    required: true,
    description: 'The topic in which the record stands: its own, or one of dead letters.',
  },
  partition: { kind: 'integer', required: true, description: 'Partition of the record.' },
  offset: { kind: 'integer', required: true, description: 'Offset of the record.' },
  value: { kind: 'text', description: 'The value that is sent instead of its own, which must be text, too.' },
} as const satisfies BodyShape

type SendAgainBody = BodyOf<typeof sendAgainBody>

const operation: Operation = {
  id: 'sendAgain',
  tag: 'Inserts',
  summary: 'Sends a bad record or a dead letter to its topic again.',
  description:
    'The record keeps its key, time, partition and headers; the header `__millrace.sent.again.from` is added. A stream or table over the topic must take rows.',
  answer: {
    description: 'The record is stored.',
    content: json(
      objectSchema({
        topic: { type: 'string', description: 'The topic to which it was sent.' },
        partition: { type: 'integer' },
        from: { type: 'string', description: 'Where it stood first: topic-partition@offset.' },
      }),
    ),
  },
}

export function sendAgainRoute(app: FastifyInstance, { lifecycle }: ServerContext): void {
  app.post<{ Body: SendAgainBody }>(
    '/send-again',
    { schema: { body: sendAgainBody, operation } },
    async (request, reply) => {
      const { topic, partition, offset, value = null } = request.body
      for (const [name, number] of Object.entries({ partition, offset })) {
        if (Number.isSafeInteger(number) && number >= 0) continue
        throw new RequestError('BAD_REQUEST', `'${name}' must be a whole number, 0 or more, but is ${number}.`)
      }
      const sent = await lifecycle.during(() => lifecycle.engine.sendAgain({ topic, partition, offset, value }))
      return sendJson(request, reply, sent)
    },
  )
}
