/** The HTTP application: bodies, guards, errors, and the list of routes. It does not listen; `server.ts` gives it connections. */
import fastify, { type FastifyInstance } from 'fastify'
import { RequestError } from '../errors.ts'
import type { ServerContext } from './context.ts'
import { errorAnswer, isServerFault } from './error-answer.ts'
import { type Access, addGuards, pathOf } from './guards.ts'
import { JSON_TYPE } from './media-types.ts'
import { type BodyShape, parseBody, readBody } from './request-body.ts'
import { closeQueryRoute } from './routes/close-query.ts'
import { clusterStatusRoute } from './routes/cluster-status.ts'
import { consoleRoutes } from './routes/console.ts'
import { consoleApiRoutes } from './routes/console-api.ts'
import { healthcheckRoute } from './routes/healthcheck.ts'
import { infoRoute } from './routes/info.ts'
import { insertsStreamRoute } from './routes/inserts-stream.ts'
import { isValidPropertyRoute } from './routes/is-valid-property.ts'
import { ksqlRoute } from './routes/ksql.ts'
import { metadataRoutes } from './routes/metadata.ts'
import { metricsRoute } from './routes/metrics.ts'
import { openApiRoute } from './routes/openapi.ts'
import { peerReportRoutes } from './routes/peer-reports.ts'
import { probeRoutes } from './routes/probes.ts'
import { queryRoute } from './routes/query.ts'
import { queryStreamRoute } from './routes/query-stream.ts'
import { rootRoute } from './routes/root.ts'
import { sendAgainRoute } from './routes/send-again.ts'
import { statusRoutes } from './routes/status.ts'
import { terminateRoute } from './routes/terminate.ts'

/** The first describes those that follow. */
const ROUTES = [
  openApiRoute,
  rootRoute,
  infoRoute,
  healthcheckRoute,
  probeRoutes,
  metadataRoutes,
  metricsRoute,
  clusterStatusRoute,
  peerReportRoutes,
  statusRoutes,
  isValidPropertyRoute,
  ksqlRoute,
  terminateRoute,
  consoleRoutes,
  consoleApiRoutes,
  queryRoute,
  queryStreamRoute,
  closeQueryRoute,
  insertsStreamRoute,
  sendAgainRoute,
]

declare module 'fastify' {
  interface FastifyRequest {
    /** By the server's timer, ms. */
    startedAt: number
  }
}

/** An application that takes requests, by `inject` or `routing`. */
export async function createApp(context: ServerContext, access: Access): Promise<FastifyInstance> {
  const app = fastify({
    logger: false,
    bodyLimit: context.maxBodyBytes,
    schemaController: { compilersFactory: COMPILERS },
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 1000 },
    frameworkErrors: (error, _request, reply) => {
      const { status, body } = errorAnswer(error)
      reply.raw.writeHead(status, { 'content-type': JSON_TYPE }).end(JSON.stringify(body))
    },
  })
  readBodiesAsJson(app)
  keepConnections(app)
  countRequests(app, context)
  addGuards(app, access, context.lifecycle)
  answerErrors(app, context, access)
  refuseUnknownPaths(app)
  const methods = methodsByPath(app)
  for (const route of ROUTES) route(app, context)
  await app.after()
  refuseOtherMethods(app, methods)
  await app.ready()
  return app
}

/** Reads bodies as JSON whatever their content type, and also without one, which fastify takes for no body on HTTP/2. */
function readBodiesAsJson(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => {
    refuseCompressed(request.headers['content-encoding'])
    request.headers['content-type'] = JSON_TYPE
    done()
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

/**
 * Stand in for fastify's own compilers, a hundred modules for JSON Schema, which it then does not load: bodies are read by their shapes, and
 * answers are texts already.
 */
const COMPILERS = {
  buildValidator: () => (): never => {
    throw new Error('The validator of bodies is set before there are routes.')
  },
  buildSerializer: () => () => (value: unknown) => JSON.stringify(value),
}

/** Counts and logs each request when its answer has been sent, or its client has gone. */
function countRequests(app: FastifyInstance, { counts, log, timer }: ServerContext): void {
  app.decorateRequest('startedAt', 0)
  app.addHook('onRequest', (request, _reply, done) => {
    request.startedAt = timer.elapsed()
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    const seconds = (timer.elapsed() - request.startedAt) / 1000
    const route = request.is404 ? '' : (request.routeOptions.url ?? '')
    const { method } = request
    const status = reply.raw.statusCode
    counts.request({ method, route, status, seconds, isStream: STREAM_ROUTES.has(route) })
    log.debug({ method, path: pathOf(request.url), status, ms: Math.round(seconds * 1000) }, 'request')
    done()
  })
}

/** Routes whose answers are as long as a query or an upload takes. */
const STREAM_ROUTES: ReadonlySet<string> = new Set(['/query', '/query-stream', '/inserts-stream'])

/** Refuses a path without a route before its body is read, which may never end. */
function refuseUnknownPaths(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => {
    if (request.is404) throw new RequestError('NOT_FOUND', 'Not Found')
    done()
  })
}

function refuseCompressed(encoding: string | undefined): void {
  if (encoding === undefined || encoding === '' || encoding.toLowerCase() === 'identity') return
  throw new RequestError(
    'BAD_REQUEST',
    `Request bodies may not be compressed. Send the body as it is, without the header Content-Encoding: ${encoding}.`,
  )
}

/**
 * Fastify closes the connection when it refuses a body. One whose body has arrived in full can serve further requests, and HTTP/2 has no
 * such header (RFC 9113 8.2.2).
 */
function keepConnections(app: FastifyInstance): void {
  app.addHook('onSend', async ({ raw }, reply) => {
    if (raw.httpVersionMajor >= 2 || raw.complete) reply.removeHeader('connection')
  })
}

/** Methods of each path, filled as routes are added. */
function methodsByPath(app: FastifyInstance): ReadonlyMap<string, Set<string>> {
  const methods = new Map<string, Set<string>>()
  app.addHook('onRoute', ({ url, method }) => {
    const known = methods.get(url) ?? new Set()
    for (const name of [method].flat()) known.add(name)
    methods.set(url, known)
  })
  return methods
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** A path answers other methods than its own with 405, before their bodies are read (RFC 9110 15.5.6). */
function refuseOtherMethods(app: FastifyInstance, methods: ReadonlyMap<string, ReadonlySet<string>>): void {
  for (const [url, known] of [...methods]) {
    const allowed = [...known]
    const use = allowed.filter((method) => method !== 'HEAD').join(' or ')
    app.route({
      method: METHODS.filter((method) => !known.has(method)),
      url,
      onRequest: async ({ method, url: path }, reply) => {
        reply.header('allow', allowed.join(', '))
        throw new RequestError('METHOD_NOT_ALLOWED', `${method} is not for ${pathOf(path)}. Use ${use}.`)
      },
      handler: () => {},
    })
  }
}

function answerErrors(app: FastifyInstance, { log }: ServerContext, { users }: Access): void {
  app.setErrorHandler((error, request, reply) => {
    const answer = errorAnswer(error)
    if (isServerFault(answer)) {
      log.error({ err: error, method: request.method, path: pathOf(request.url) }, 'request failed')
    }
    if (answer.status === 401 && users !== null) reply.header('www-authenticate', users.challenge)
    return reply.code(answer.status).type(JSON_TYPE).send(JSON.stringify(answer.body))
  })
}
