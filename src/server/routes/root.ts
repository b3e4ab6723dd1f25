/** GET /: leads a browser to the console, and other clients to /info. */
import type { FastifyInstance } from 'fastify'
import type { Operation } from '../openapi/operation.ts'

const operation: Operation = {
  id: 'getRoot',
  tag: 'State',
  summary: 'Leads a browser to the console, other clients to /info.',
  answer: { status: 307, description: 'To /console or /info.' },
}

export function rootRoute(app: FastifyInstance): void {
  app.get('/', { schema: { operation } }, async ({ headers }, reply) =>
    reply.header('vary', 'Accept').redirect(isBrowser(headers.accept) ? '/console' : '/info', 307),
  )
}

/** Browsers name HTML among what a page may be; programs name JSON, anything, or nothing. */
const isBrowser = (accept: string | undefined): boolean => /\btext\/html\b/i.test(accept ?? '')
