/** The lines of a response body that arrives piece by piece. */

/**
 * Arrays of whole lines, each array as it arrived. A last line without its newline counts too. Rejects if the connection breaks. Ends, and
 * cancels the body, when the consumer returns.
 */
export async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<readonly string[]> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      const lines = (rest + decoder.decode(value, { stream: !done })).split('\n')
      rest = done ? '' : lines.pop()!
      const whole = lines.filter((line) => line !== '')
      if (whole.length > 0) yield whole
      if (done) return
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}
