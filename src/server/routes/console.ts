/** GET /console: the page, its scripts and styles. See docs/console.md. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { RequestError } from '../../errors.ts'
import type { ConsoleFiles } from '../console/console-files.ts'
import type { ServerContext } from '../context.ts'

/**
 * The page runs its own scripts and styles alone, talks to its own server alone, and stands in no other page. Source: Content Security
 * Policy Level 3.
 */
const HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  vary: 'Accept-Encoding',
}

export function consoleRoutes(app: FastifyInstance, { console: { files } }: ServerContext): void {
  app.get('/console', (request, reply) => sendFile(files, 'index.html', request, reply))
  app.get<{ Params: { '*': string } }>('/console/*', (request, reply) => {
    const name = request.params['*']
    // A path without an extension is a view of the page, which reads the path itself.
    return sendFile(files, /\.\w+$/.test(name) ? name : 'index.html', request, reply)
  })
}

async function sendFile(files: ConsoleFiles, name: string, { headers }: FastifyRequest, reply: FastifyReply) {
  const compressed = /\bgzip\b/.test(headers['accept-encoding'] ?? '')
  const file = await files.read(name, { compressed })
  if (file === null) {
    throw new RequestError(
      'NOT_FOUND',
      name === 'index.html' ? 'The console has not been built here. Build it with: npm run build' : 'Not Found',
    )
  }
  const isForGood = name.startsWith('assets/')
  return reply
    .headers({
      ...HEADERS,
      'cache-control': isForGood ? 'private, max-age=31536000, immutable' : 'no-cache',
      ...(file.isCompressed && { 'content-encoding': 'gzip' }),
    })
    .type(file.contentType)
    .send(file.bytes)
}
