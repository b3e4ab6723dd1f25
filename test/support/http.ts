// Requests of tests over real sockets, as plain as can be.

import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2'
import { connect as connectSocket } from 'node:net'

export interface Frames {
  readonly stream: ClientHttp2Stream
  readonly session: ClientHttp2Session
  /** Status of the answer. */
  readonly status: Promise<number>
  /** DATA frames as they came. */
  readonly frames: string[]
  /** Resolves when `count` frames have come. */
  until(count: number): Promise<void>
  /** Resolves at the end of the answer. */
  readonly ended: Promise<void>
}

/** One request over HTTP/2 with prior knowledge, without a content type. `body` null: the request stays open for writing. */
export function openHttp2(
  url: string,
  path: string,
  body: string | null,
  headers: Record<string, string> = {},
): Frames {
  const session = connect(url)
  const stream = session.request({ ':method': 'POST', ':path': path, ...headers })
  const frames: string[] = []
  let check: () => void = () => {}
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    frames.push(text)
    check()
  })
  const status = new Promise<number>((resolve, reject) => {
    stream.once('response', (answer) => resolve(Number(answer[':status'])))
    stream.once('error', reject)
    session.once('error', reject)
  })
  status.catch(() => {})
  const ended = new Promise<void>((resolve) => {
    stream.once('close', () => {
      session.close()
      resolve()
    })
  })
  if (body !== null) stream.end(body)
  const until = (count: number) =>
    new Promise<void>((resolve) => {
      check = () => frames.length >= count && resolve()
      check()
    })
  return { stream, session, status, frames, until, ended }
}

/** The whole answer, as text, to `request` sent as it is over a plain connection that then stays open until the server closes it. */
export function sendRaw(port: number, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket(port, '127.0.0.1', () => socket.write(request))
    let answer = ''
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => {
      answer += text
    })
    socket.once('close', () => resolve(answer))
    socket.once('error', reject)
  })
}
