/** A program in another language that writes and reads payloads: orders go in and answers come out, one JSON object a line. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** Plain data, so that it passes from the global setup to the tests. */
export interface PeerCommand {
  readonly command: string
  readonly args: readonly string[]
}

export interface Peer {
  /** Rejects with the program's error output if it ends without an answer. */
  ask(order: object): Promise<Readonly<Record<string, unknown>>>
  /** Ends the program. */
  stop(): void
}

export function startPeer({ command, args }: PeerCommand): Peer {
  const child: ChildProcess = spawn(command, [...args], { stdio: 'pipe' })
  const waiting: { resolve: (answer: Record<string, unknown>) => void; reject: (error: Error) => void }[] = []
  let errors = ''
  let hasEnded = false
  child.stderr!.on('data', (data) => (errors += data))
  createInterface({ input: child.stdout! }).on('line', (line) => waiting.shift()?.resolve(JSON.parse(line)))
  child.on('close', () => {
    hasEnded = true
    for (const { reject } of waiting.splice(0)) reject(new Error(errors))
  })
  return {
    ask: (order) =>
      new Promise((resolve, reject) => {
        if (hasEnded) return reject(new Error(errors))
        waiting.push({ resolve, reject })
        child.stdin!.write(`${JSON.stringify(order)}\n`)
      }),
    stop: () => void child.stdin!.end(),
  }
}
