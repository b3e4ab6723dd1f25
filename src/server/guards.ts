/** Checks that come before every route: whether the page may use the server, who the user is, whether the server still runs. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { RequestError } from '../errors.ts'
import type { BasicAuth } from './basic-auth.ts'
import type { HostRules } from './host-rules.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { OriginRules } from './origin-rules.ts'

export interface Access {
  readonly hosts: HostRules
  readonly origins: OriginRules
  /** Null: everybody is admitted. */
  readonly users: BasicAuth | null
}

/** The host that a request is for; HTTP/2 carries it as a pseudo-header. */
export function hostOf(headers: FastifyRequest['headers']): string | undefined {
  const authority = headers[':authority']
  return typeof authority === 'string' ? authority : headers.host
}

/** Throws a RequestError unless the server is used under one of its names, by a page and a user that may use `path`. */
export function checkAccess(
  { hosts, origins, users }: Access,
  request: { readonly path: string; readonly origin?: string; readonly host?: string; readonly authorization?: string },
): void {
  if (!hosts.allows(request.host)) {
    throw new RequestError(
      'MISDIRECTED',
      `This server is not used under the name ${request.host}. To allow the name, add it to access.control.allow.hosts in the server's configuration.`,
    )
  }
  if (!origins.allows(request.origin, request.host)) {
    throw new RequestError(
      'FORBIDDEN',
      `Pages of ${request.origin} may not use this server. Set access.control.allow.origin in its configuration to allow them.`,
    )
  }
  if (users !== null && !users.allows(request.path, request.authorization)) {
    throw new RequestError('UNAUTHORIZED', 'Unauthorized. This server needs a user and a password.')
  }
}

export function addGuards(app: FastifyInstance, access: Access, lifecycle: Lifecycle): void {
  app.addHook('onRequest', (request, reply, done) => {
    const { origin, authorization } = request.headers
    const host = hostOf(request.headers)
    if (request.method === 'OPTIONS' && access.hosts.allows(host)) {
      reply.code(204).headers(access.origins.preflightHeaders(origin)).send()
      return
    }
    if (origin !== undefined) reply.headers(access.origins.responseHeaders(origin))
    checkAccess(access, {
      path: pathOf(request.url),
      ...(origin === undefined ? {} : { origin }),
      ...(host === undefined ? {} : { host }),
      ...(authorization === undefined ? {} : { authorization }),
    })
    if (!isProbe(request.url)) lifecycle.checkRunning()
    done()
  })
}

export const pathOf = (url: string): string => url.split('?', 1)[0]!

/** Load balancers send probes to a server that stops, too. */
const isProbe = (url: string): boolean => /^\/(?:chc\/|healthcheck)/.test(url)
