/** What the console reads beside the public API: snapshots that are cheap enough to be read each second, and the last hour. */
import type { FastifyInstance } from 'fastify'
import type { BrowseRequest } from '../../engine/requests.ts'
import { RequestError } from '../../errors.ts'
import { sendJson } from '../answers.ts'
import type { ServerContext } from '../context.ts'

/** No part of the public API: its shapes change with the console that the same server serves. */
export function consoleApiRoutes(app: FastifyInstance, { console: data, lifecycle }: ServerContext): void {
  app.get('/console/api/overview', async (request, reply) => {
    lifecycle.checkReady()
    return sendJson(request, reply, await data.snapshots.latest())
  })
  app.get<{ Params: { topic: string }; Querystring: TopicQuery }>(
    '/console/api/topics/:topic',
    async (request, reply) =>
      sendJson(request, reply, await lifecycle.engine.browseTopic(browseRequest(request.params.topic, request.query))),
  )
  app.get<{ Querystring: { query?: string | string[] } }>('/console/api/history', async (request, reply) => {
    const { query = [] } = request.query
    return sendJson(request, reply, data.history.answer([query].flat()))
  })
}

interface TopicQuery {
  readonly partition?: string
  readonly offset?: string
  readonly timestamp?: string
  readonly limit?: string
}

const DEFAULT_LIMIT = 100

/** The newest records where neither an offset nor a timestamp is given. Throws RequestError for what is no whole number. */
function browseRequest(topic: string, { partition, offset, timestamp, limit }: TopicQuery): BrowseRequest {
  const number = (name: string, text: string) => {
    const value = Number(text)
    if (text !== '' && Number.isSafeInteger(value) && value >= 0) return value
    throw new RequestError('BAD_REQUEST', `${name} must be a whole number, but is '${text}'.`)
  }
  return {
    topic,
    partition: partition === undefined ? null : number('partition', partition),
    limit: limit === undefined ? DEFAULT_LIMIT : Math.max(1, number('limit', limit)),
    from:
      offset !== undefined
        ? { kind: 'offset', offset: number('offset', offset) }
        : timestamp !== undefined
          ? { kind: 'timestamp', timestamp: number('timestamp', timestamp) }
          : { kind: 'newest' },
  }
}
