/** Asks for a password without showing it. */
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'

/** Resolves to the typed password. */
export function askPassword(user: string): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  process.stderr.write(`Password of ${user}: `)
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true })
  return new Promise((resolve) => {
    terminal.question('', (answer) => {
      terminal.close()
      process.stderr.write('\n')
      resolve(answer)
    })
  })
}
