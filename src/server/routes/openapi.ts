/** GET /openapi.json: the API as an OpenAPI document, for people's tools and for generators of clients. */
import type { FastifyInstance } from 'fastify'
import type { ServerContext } from '../context.ts'
import { JSON_TYPE } from '../media-types.ts'
import { type DescribedRoute, openApiDocument } from '../openapi/document.ts'
import type { Operation } from '../openapi/operation.ts'
import { webSocketOperation, webSocketQueriesOperation } from '../openapi/websocket-operation.ts'
import type { BodyShape } from '../request-body.ts'

const operation: Operation = {
  id: 'getOpenApi',
  tag: 'State',
  summary: 'This document.',
  answer: { description: 'An OpenAPI 3.1 document.', content: { [JSON_TYPE]: { type: 'object' } } },
}

/** Describes the routes that are registered after it, and itself. */
export function openApiRoute(app: FastifyInstance, { lifecycle }: ServerContext): void {
  const routes: DescribedRoute[] = [
    { method: 'get', url: '/ws/query', operation: webSocketOperation },
    { method: 'get', url: '/ws/queries', operation: webSocketQueriesOperation },
  ]
  let text: string | null = null
  app.addHook('onRoute', ({ method, url, schema }) => {
    if (schema?.operation === undefined || method === 'HEAD') return
    const body = schema.body as BodyShape | undefined
    const description = { url, operation: schema.operation, ...(body === undefined ? {} : { body }) }
    routes.push(...[method].flat().map((name) => ({ ...description, method: name })))
  })
  app.get('/openapi.json', { schema: { operation } }, async (_request, reply) => {
    text ??= JSON.stringify(openApiDocument(routes, (await lifecycle.engine.info()).millraceVersion))
    return reply.type(JSON_TYPE).send(text)
  })
}
