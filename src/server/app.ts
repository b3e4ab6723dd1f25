/** The HTTP application: bodies, guards, errors, and the list of routes. It listens nowhere; `server.ts` gives it connections. */
import fastify, { type FastifyInstance } from 'fastify'
import { RequestError } from '../errors.ts'
import type { ServerContext } from './context.ts'
import { errorAnswer, isServerFault } from './error-answer.ts'
import { type Access, addGuards } from './guards.ts'
import { JSON_TYPE } from './media-types.ts'
import { type BodyShape, parseBody, readBody } from './request-body.ts'
import { closeQueryRoute } from './routes/close-query.ts'
import { clusterStatusRoute } from './routes/cluster-status.ts'
import { healthcheckRoute } from './routes/healthcheck.ts'
import { infoRoute } from './routes/info.ts'
import { insertsStreamRoute } from './routes/inserts-stream.ts'
import { isValidPropertyRoute } from './routes/is-valid-property.ts'
import { ksqlRoute } from './routes/ksql.ts'
import { metadataRoutes } from './routes/metadata.ts'
import { metricsRoute } from './routes/metrics.ts'
import { probeRoutes } from './routes/probes.ts'
import { queryRoute } from './routes/query.ts'
import { queryStreamRoute } from './routes/query-stream.ts'
import { rootRoute } from './routes/root.ts'
import { statusRoutes } from './routes/status.ts'
import { terminateRoute } from './routes/terminate.ts'

const ROUTES = [
  rootRoute,
  infoRoute,
  healthcheckRoute,
  probeRoutes,
  metadataRoutes,
  metricsRoute,
  clusterStatusRoute,
  statusRoutes,
  isValidPropertyRoute,
  ksqlRoute,
  terminateRoute,
  queryRoute,
  queryStreamRoute,
  closeQueryRoute,
]

/** Ready to take requests, by `inject` or `routing`. */
export async function createApp(context: ServerContext, access: Access): Promise<FastifyInstance> {
  const app = fastify({
    logger: false,
    bodyLimit: context.maxBodyBytes,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 1000 },
    frameworkErrors: (error, _request, reply) => {
      const { status, body } = errorAnswer(error)
      reply.raw.writeHead(status, { 'content-type': JSON_TYPE }).end(JSON.stringify(body))
    },
  })
  readBodiesAsJson(app)
  leaveConnectionsToHttp2(app)
  addGuards(app, access, context.lifecycle)
  answerErrors(app, context, access)
  for (const route of ROUTES) route(app, context)
  await app.register((scope) => insertsStreamRoute(scope, context))
  await app.ready()
  return app
}

/** Whatever their content type, and also without one, which fastify would take for no body on HTTP/2. */
function readBodiesAsJson(app: FastifyInstance): void {
  app.addHook('onRequest', async (request) => {
    refuseCompressed(request.headers['content-encoding'])
    request.headers['content-type'] = JSON_TYPE
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, text, done) => {
    try {
      done(null, parseBody(text as string))
    } catch (error) {
      done(error as Error)
    }
  })
  app.setValidatorCompiler<BodyShape>(({ schema }) => (body) => {
    try {
      return { value: readBody(body, schema) }
    } catch (error) {
      return { error: error as Error }
    }
  })
}

function refuseCompressed(encoding: string | undefined): void {
  if (encoding === undefined || encoding === '' || encoding.toLowerCase() === 'identity') return
  throw new RequestError(
    'BAD_REQUEST',
    `Request bodies may not be compressed. Send the body as it is, without the header Content-Encoding: ${encoding}.`,
  )
}

/** Fastify asks to close the connection when it refuses a body; HTTP/2 has no such header (RFC 9113 8.2.2), and Node warns of it. */
function leaveConnectionsToHttp2(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply) => {
    if (request.raw.httpVersionMajor >= 2) reply.removeHeader('connection')
  })
}

function answerErrors(app: FastifyInstance, { log }: ServerContext, { users }: Access): void {
  app.setErrorHandler((error, request, reply) => {
    const answer = errorAnswer(error)
    if (isServerFault(answer)) log.error({ err: error, method: request.method, url: request.url }, 'request failed')
    if (answer.status === 401 && users !== null) reply.header('www-authenticate', users.challenge)
    return reply.code(answer.status).type(JSON_TYPE).send(JSON.stringify(answer.body))
  })
  app.setNotFoundHandler((request) => {
    const url = request.url.split('?', 1)[0]!
    const other = (['GET', 'POST'] as const).find((method) => app.hasRoute({ method, url }))
    if (other === undefined || other === request.method) throw new RequestError('NOT_FOUND', 'Not Found')
    throw new RequestError('METHOD_NOT_ALLOWED', `${request.method} is not for ${url}. Use ${other}.`)
  })
}
