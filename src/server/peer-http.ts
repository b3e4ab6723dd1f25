/** Requests to the other servers of the cluster, over HTTP/1.1 connections that are kept. */
import type { Agent, IncomingMessage, RequestOptions } from 'node:http'
import { createInterface } from 'node:readline'
import type { PeerRequest } from '../engine/cluster/peers.ts'

export interface PeerHttpOptions {
  /** Authorities of the others' certificates, PEM; undefined: the system's. */
  readonly ca: string | undefined
}

/** The lines of an answer that is not a refusal. */
export type PeerHttp = (request: PeerRequest) => AsyncIterable<string>

export function peerHttp({ ca }: PeerHttpOptions): PeerHttp {
  const agents = new Map<string, Agent>()
  const agentOf = (protocol: string): Agent => {
    const existing = agents.get(protocol)
    if (existing !== undefined) return existing
    const made = new (clientOf(protocol).Agent)({ keepAlive: true, ...(ca !== undefined && { ca }) })
    agents.set(protocol, made)
    return made
  }
  return async function* post({ address, path, accept, body, authorization, timeoutMs }) {
    const url = new URL(path, address)
    const text = JSON.stringify(body)
    const answer = await send(url, text, {
      method: 'POST',
      agent: agentOf(url.protocol),
      timeout: timeoutMs,
      headers: {
        accept,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
        ...(authorization !== undefined && { authorization }),
      },
    })
    const lines = createInterface({ input: answer, crlfDelay: Number.POSITIVE_INFINITY })
    try {
      if ((answer.statusCode ?? 500) >= 400) throw await refusal(address, lines)
      for await (const line of lines) if (line !== '') yield line
      if (!answer.complete) throw new Error(`The server at ${address} broke its answer off.`)
    } finally {
      lines.close()
      answer.destroy()
    }
  }
}

const clientOf = (protocol: string) => process.getBuiltinModule(protocol === 'https:' ? 'node:https' : 'node:http')

function send(url: URL, body: string, options: RequestOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = clientOf(url.protocol).request(url, options, resolve)
    sent.once('timeout', () => sent.destroy(new Error('it did not answer in time')))
    sent.once('error', (error) => {
      reject(
        new Error(`The server at ${url.origin} cannot be reached: ${error.message || 'no connection'}.`, {
          cause: error,
        }),
      )
    })
    sent.end(body)
  })
}

async function refusal(address: string, lines: AsyncIterable<string>): Promise<Error> {
  let text = ''
  for await (const line of lines) text += line
  return new Error(`The server at ${address} refused: ${messageIn(text)}`)
}

function messageIn(text: string): string {
  try {
    return String((JSON.parse(text) as { readonly message?: string }).message ?? text)
  } catch {
    return text
  }
}
