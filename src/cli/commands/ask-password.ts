/** A question whose answer is not shown. */
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'

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
