import { expect, it } from 'vitest'
import { runServer, type ServerProcess, type Serving } from '../../../../src/cli/commands/server.ts'
import { ManualTimer } from '../../../../src/clock.ts'

/** A process whose signals a test sends, with what was written and how it ended. */
class FakeProcess implements ServerProcess {
  readonly lines: string[] = []
  readonly timer = new ManualTimer()
  exitCode: number | null = null
  #resolve: (signal: NodeJS.Signals) => void = () => {}

  readonly print = (line: string) => void this.lines.push(line)
  readonly complain = (line: string) => void this.lines.push(`! ${line}`)
  readonly signal = () =>
    new Promise<NodeJS.Signals>((resolve) => {
      this.#resolve = resolve
    })
  readonly exit = (code: number) => {
    this.exitCode ??= code
  }

  send(signal: NodeJS.Signals): void {
    this.#resolve(signal)
  }
}

const options = { check: false }
const settled = () => new Promise((resolve) => setImmediate(resolve))

function serving(ready: Promise<void>, close: () => Promise<void> = async () => {}): Serving {
  return { urls: ['http://localhost:1'], storage: 'Kafka at k:9092', ready, close }
}

it('says that it listens once it is ready, and ends in order at a signal', async () => {
  const process = new FakeProcess()
  const ready = Promise.withResolvers<void>()
  const running = runServer(options, async () => serving(ready.promise), process)
  await settled()
  expect(process.lines).toEqual([])
  ready.resolve()
  await settled()
  expect(process.lines).toEqual([
    'Millrace listens on http://localhost:1, Kafka at k:9092. Its console is at http://localhost:1/console. Ctrl-C stops it.',
  ])
  process.send('SIGTERM')
  expect(await running).toBe(0)
  expect(process.lines[1]).toBe('SIGTERM: finishing running work. A second signal stops at once.')
})

it('stops at once at a second signal', async () => {
  const process = new FakeProcess()
  void runServer(options, async () => serving(Promise.resolve(), () => new Promise(() => {})), process)
  await settled()
  process.send('SIGTERM')
  await settled()
  process.send('SIGINT')
  await settled()
  expect(process.exitCode).toBe(130)
})

it('drops work that does not end, and says so', async () => {
  const process = new FakeProcess()
  const running = runServer(options, async () => serving(Promise.resolve(), () => new Promise(() => {})), process)
  await settled()
  process.send('SIGTERM')
  await settled()
  process.timer.advance(20_000)
  expect(await running).toBe(1)
  expect(process.lines.at(-1)).toBe(
    '! SIGTERM: Running work did not end within 20 s and is dropped. The next start continues from the last commits.',
  )
  expect(process.exitCode).toBe(1)
})

it('says why when it is stopped before it is ready', async () => {
  const process = new FakeProcess()
  const ready = Promise.withResolvers<void>()
  const running = runServer(
    options,
    async () => serving(ready.promise, async () => ready.reject(new Error('Kafka at k:9092 was not reached.'))),
    process,
  )
  await settled()
  process.send('SIGTERM')
  expect(await running).toBe(1)
  expect([process.lines, process.exitCode]).toEqual([['! SIGTERM: Kafka at k:9092 was not reached.'], 1])
})

it('does not wait for a start that cannot be broken off', async () => {
  const process = new FakeProcess()
  const never = new Promise<never>(() => {})
  const running = runServer(options, async () => serving(never, () => never), process)
  await settled()
  process.send('SIGINT')
  await settled()
  process.timer.advance(3000)
  expect(await running).toBe(1)
  expect([process.lines, process.exitCode]).toEqual([['! SIGINT: The server was stopped before it was ready.'], 1])
})

it('names the cause of a failed start', async () => {
  const process = new FakeProcess()
  expect(await runServer(options, async () => serving(Promise.reject(new Error('No disk.'))), process)).toBe(1)
  expect(process.lines).toEqual(['! No disk.'])
})
