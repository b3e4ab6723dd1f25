import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { values } from '../../../support/batches.ts'
import { openLog, readAll, temporaryDirectory } from '../../../support/embedded-log/open.ts'

const KILLS = 4
const CHILD = new URL('../../../support/embedded-log/child-process.ts', import.meta.url).pathname

/** Lets the child write for a while, then kills it. Answers the last plain offset and the last round that it was told are stored. */
async function runAndKill(dataDir: string, lines: number) {
  const child = spawn(process.execPath, [CHILD, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  for await (const chunk of child.stdout) {
    output += chunk
    if (output.split('\n').length > lines && !child.killed) child.kill('SIGKILL')
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  expect(child.signalCode).toBe('SIGKILL')
  const last = output.trimEnd().split('\n').at(-1)!
  const [offset, round] = last.split(' ').map(Number)
  return { offset: offset!, round: round! }
}

test('after kill -9 everything acknowledged is there, and transactions are whole', async () => {
  const dataDir = temporaryDirectory()
  for (let kill = 0; kill < KILLS; kill++) {
    const { offset, round } = await runAndKill(dataDir, 150 + 37 * kill)
    const { log, broker, warnings } = await openLog({ dataDir })
    expect(warnings).toEqual([])
    const plain = await readAll(broker, 'plain')
    expect(plain.map((r) => r.offset)).toEqual(plain.map((_, index) => index))
    expect(plain.length).toBeGreaterThan(offset)

    const [first, second] = await Promise.all(
      [0, 1].map((partition) => readAll(broker, 'atomic', { partition, readCommitted: true })),
    )
    const rounds = values(first!).map(Number)
    expect(values(second!).map(Number)).toEqual(rounds)
    const [next] = await broker.fetchOffsets('g')
    expect(next!.offset).toBeGreaterThan(round)
    const expected = Array.from({ length: next!.offset }, (_, n) => n).filter((n) => n % 3 !== 2)
    expect(rounds).toEqual(expected)
    await log.close()
  }
}, 60_000)
