/** Answers that are one JSON text. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { chooseType, JSON_TYPE, KSQL_JSON } from './media-types.ts'

/** `value` in the JSON type that the client likes. Throws a RequestError (406) if it wants none. */
export function sendJson(request: FastifyRequest, reply: FastifyReply, value: unknown): FastifyReply {
  const type = chooseType(request.headers.accept, [KSQL_JSON, JSON_TYPE])
  return reply.type(type).send(JSON.stringify(value))
}
