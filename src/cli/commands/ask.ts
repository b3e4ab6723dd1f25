/** A question to the user at the terminal. */
import { createInterface } from 'node:readline/promises'
import type { Readable } from 'node:stream'

/** Whether the user answers yes. */
export async function ask(question: string, input: Readable, output: NodeJS.WritableStream): Promise<boolean> {
  const lines = createInterface({ input, output })
  try {
    return /^y(?:es)?$/i.test((await lines.question(question)).trim())
  } finally {
    lines.close()
  }
}
