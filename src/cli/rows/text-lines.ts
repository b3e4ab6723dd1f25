/** Lines of a byte stream as text. */
import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { ClientError } from '../client/client-error.ts'

/** As long as a row can be that the server takes. */
const MAX_LINE_CHARACTERS = 64 * 1024 * 1024

/** Lines without their ends (LF or CRLF), those of a chunk together, empty ones included; a byte order mark is left out. */
export async function* textLines(bytes: Readable): AsyncGenerator<readonly string[]> {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  let isStart = true
  for await (const chunk of bytes) {
    let text = rest + decoder.write(chunk as Buffer)
    if (isStart && text !== '') {
      isStart = false
      if (text.startsWith('\uFEFF')) text = text.slice(1)
    }
    const lines = text.split('\n')
    rest = lines.pop()!
    if (rest.length > MAX_LINE_CHARACTERS)
      throw new ClientError(`A line is longer than ${MAX_LINE_CHARACTERS} characters.`)
    if (lines.length > 0) yield lines.map(withoutReturn)
  }
  rest += decoder.end()
  if (rest !== '') yield [withoutReturn(rest)]
}

const withoutReturn = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line)
