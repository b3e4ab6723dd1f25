import { execFile } from 'node:child_process'

/** Runs a command to its end and gives what it printed on both channels. Rejects, with that, on failure or after `timeoutMs`. */
export function run(command: string, args: readonly string[], { timeoutMs }: { timeoutMs: number }): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, [...args], { timeout: timeoutMs, maxBuffer: 16 << 20 }, (error, stdout, stderr) => {
      const said = `${stdout}${stderr}`.trim()
      if (error === null) return resolve(said)
      const why = error.killed ? `did not end within ${timeoutMs / 1000} s` : `failed (${error.code ?? error.signal})`
      reject(new Error(`${command} ${why}. ${said.slice(-2000)}`.trim()))
    })
  })
}
