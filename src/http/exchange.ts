/** One request and its answer, over HTTP/1.1 with Node's own client. */
import type { Agent, IncomingMessage, RequestOptions } from 'node:http'
import type { AgentOptions } from 'node:https'

/** Resolves when the head of the answer arrives. Rejects with the error of the connection. */
export function sendRequest(
  url: URL,
  body: string | Uint8Array | null,
  options: RequestOptions,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = clientOf(url.protocol).request(url, options, resolve)
    sent.once('error', reject)
    sent.end(body ?? undefined)
  })
}

/** The answer has more bytes than the caller allows. */
export class AnswerTooLong extends Error {
  override readonly name = 'AnswerTooLong'
}

/** The connection ended in the middle of the answer. */
export class AnswerCutShort extends Error {
  override readonly name = 'AnswerCutShort'
}

/** The body of an answer as text. Rejects with AnswerTooLong after `maxBytes`, with AnswerCutShort, and with the error of the connection. */
export async function readBody(answer: IncomingMessage, maxBytes: number): Promise<string> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of answer as AsyncIterable<Buffer>) {
    length += part.length
    if (length > maxBytes) {
      answer.destroy()
      throw new AnswerTooLong(`its answer is longer than ${maxBytes} bytes`)
    }
    parts.push(part)
  }
  if (!answer.complete) throw new AnswerCutShort('it broke its answer off')
  return Buffer.concat(parts).toString()
}

/** Connections of a protocol, `http:` or `https:`, that are kept for the next request. Only HTTPS looks at certificates. */
export function keptConnections(protocol: string, options: AgentOptions): Agent {
  return new (clientOf(protocol).Agent)({ keepAlive: true, ...options })
}

/** Loaded when it is needed: most servers send no requests. */
const clientOf = (protocol: string) => process.getBuiltinModule(protocol === 'https:' ? 'node:https' : 'node:http')
