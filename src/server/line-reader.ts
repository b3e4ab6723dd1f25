/** Lines of a byte stream, with a bound on their length. */
import type { Readable } from 'node:stream'
import { RequestError } from '../errors.ts'

const NEWLINE = 0x0a

/**
 * Lines without their ends, those of a chunk together; empty ones are left out, and the last needs no newline. Throws a RequestError for a
 * line above `maxBytes`.
 */
export async function* readLines(chunks: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<string[]> {
  let parts: Buffer[] = []
  let length = 0
  const take = (last: Buffer): string => {
    const bytes = parts.length === 0 ? last : Buffer.concat([...parts, last])
    parts = []
    length = 0
    return bytes.toString('utf8').trim()
  }
  for await (const chunk of chunks) {
    const lines: string[] = []
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      const line = take(chunk.subarray(start, end))
      start = end + 1
      if (line !== '') lines.push(line)
    }
    if (lines.length > 0) yield lines
    const rest = chunk.subarray(start)
    if (rest.length > 0) parts.push(rest)
    length += rest.length
    if (length > maxBytes) throw new RequestError('TOO_LARGE', `A line is longer than ${maxBytes} bytes.`)
  }
  const line = take(Buffer.alloc(0))
  if (line !== '') yield [line]
}

/** Chunks of `body` until it ends or `signal` is aborted, even while none arrives; `body` stays open. Throws what `body` fails with. */
export async function* chunksUntil(body: Readable, signal: AbortSignal): AsyncGenerator<Buffer> {
  while (!signal.aborted && !body.readableEnded) {
    if (body.errored !== null) throw body.errored
    if (body.destroyed) return
    const chunk: Buffer | null = body.read()
    if (chunk === null) await change(body, signal)
    else yield chunk
  }
}

const CHANGES = ['readable', 'end', 'error', 'close'] as const

/** Resolves when reading `body` may give another result than before, or when `signal` is aborted. */
function change(body: Readable, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      for (const event of CHANGES) body.off(event, done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    for (const event of CHANGES) body.once(event, done)
    signal.addEventListener('abort', done)
  })
}
