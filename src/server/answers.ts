/** Answers that consist of one JSON text. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { chooseType, JSON_TYPE, KSQL_JSON } from './media-types.ts'

/** Sends `value` in the JSON type that the client prefers. Throws a RequestError (406) if it accepts neither. */
export function sendJson(request: FastifyRequest, reply: FastifyReply, value: unknown): FastifyReply {
  const type = chooseType(request.headers.accept, [KSQL_JSON, JSON_TYPE])
  return reply.type(type).send(JSON.stringify(value))
}
