/**
 * One measured run: makes an output topic whose timestamps are the broker's, starts the peer as a child process, watches it and the end of
 * the output, stops it when it is done, and checks what it wrote. The same clock for every peer: from the moment the peer took the first
 * input record (it prints `FIRST ms`) to the moment the broker appended the last output record.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import type { Broker } from '../../src/broker/broker.ts'
import { inputSchema, outputSchema } from './avro-rows.ts'
import { type CheckedOutput, checkOutput } from './check.ts'
import type { Job, ValueFormat } from './job-sql.ts'
import { foldColumns } from './jobs.ts'
import { machineBusySeconds, treeUsage, type Usage } from './process-usage.ts'
import { endOf } from './topic-end.ts'

export interface Peer {
  readonly name: string
  readonly command: readonly string[]
  readonly environment: Readonly<Record<string, string>>
}

export interface MeasureOptions {
  readonly job: Job
  readonly format: ValueFormat
  /** Records of input. */
  readonly records: number
  readonly expected: { readonly rows: number; readonly hash: string }
  /** For the peers' state and logs. */
  readonly directory: string
  /** Receives the output topic of a run over Kafka before it is deleted. */
  readonly onOutput?: (broker: Broker, topic: string) => Promise<void>
}

export interface Result {
  readonly peer: string
  readonly job: Job
  readonly ok: boolean
  /** Records of input per second, over the whole run. */
  readonly rate: number
  /** The same over the second half of the input, when everything has warmed up. */
  readonly steadyRate: number
  readonly cpuSeconds: number
  /** CPU time per record in the second half of the input; 0 if a mark is missing. */
  readonly steadyCpuMicros: number
  readonly peakMemoryMb: number
  /** From the process's start to the first output record. */
  readonly startSeconds: number
  /** What everything else on the machine took meanwhile, the broker included, in cores. */
  readonly otherCores: number
  readonly outputRecords: number
}

type Marks = Partial<Record<'FIRST' | 'HALF' | 'LAST', number>>

const WATCH_MS = 50
const LIMIT_MS = 240_000
/** Nothing more comes for so long: done. Tables may still send changes. */
const QUIET_MS = 1_500
const QUIET_TABLE_MS = 5_000
const STOP_MS = 15_000

/** Over Kafka. Rejects if the peer could not be watched; a peer that fails gives a result that is not ok. */
export async function measureOnKafka(broker: Broker, peer: Peer, options: MeasureOptions): Promise<Result> {
  const { job, format, records, expected, directory } = options
  const runId = `bench-${peer.name}-${job}-${Date.now().toString(36)}`
  const out = `${runId}-out`
  await broker.createTopic({ name: out, partitions: 2, config: { 'message.timestamp.type': 'LogAppendTime' } })
  const stateDir = join(directory, runId)
  const environment = {
    RUN_ID: runId,
    OUT: out,
    JOB: job,
    N: String(records),
    STATE_DIR: stateDir,
    FORMAT: format,
    ...(format === 'AVRO' && { SCHEMA_IN: inputSchema(), SCHEMA_OUT: outputSchema(job) }),
  }
  const child = new MeasuredChild(peer, environment, directory)
  const isAppendOnly = foldColumns(job) === null
  try {
    await untilDone(child, () => endOf(broker, out, { readCommitted: true }), isAppendOnly ? expected.rows : null)
    await child.stop()
    const result = resultOf(peer, options, child, await checkOutput(broker, out, options))
    await options.onOutput?.(broker, out)
    return result
  } finally {
    await child.stop()
    rmSync(stateDir, { recursive: true, force: true })
    for (const { name } of await broker.listTopics()) if (name.includes(runId)) await broker.deleteTopic(name)
  }
}

/** Over the embedded log in `dataDir`, which the peer owns until it ends by itself. `open` opens the log afterwards. */
export async function measureOnEmbedded(
  dataDir: string,
  open: <T>(use: (broker: Broker) => Promise<T>) => Promise<T>,
  peer: Peer,
  options: MeasureOptions,
): Promise<Result> {
  const { job, records, directory } = options
  const out = `bench-${job}-out`
  await open((broker) =>
    broker.createTopic({ name: out, partitions: 2, config: { 'message.timestamp.type': 'LogAppendTime' } }),
  )
  const environment = { RUN_ID: 'bench', OUT: out, JOB: job, N: String(records), STATE_DIR: dataDir, EMBEDDED: 'true' }
  const child = new MeasuredChild(peer, environment, directory)
  try {
    for (const end = Date.now() + LIMIT_MS; !child.hasEnded && Date.now() < end; await delay(WATCH_MS)) child.watch()
  } finally {
    await child.stop()
  }
  return resultOf(peer, options, child, await open((broker) => checkOutput(broker, out, options)))
}

/** `rows`: how many records come out, null if that is up to the peer. */
async function untilDone(child: MeasuredChild, outputEnd: () => Promise<number>, rows: number | null): Promise<void> {
  let last = 0
  let changedAt = Date.now()
  for (const end = Date.now() + LIMIT_MS; !child.hasEnded && Date.now() < end; await delay(WATCH_MS)) {
    const now = Date.now()
    const written = await outputEnd()
    if (written !== last) {
      last = written
      changedAt = now
      child.watch()
    }
    const isComplete = rows === null ? child.marks.LAST !== undefined : written >= rows
    if (isComplete && now - changedAt >= (rows === null ? QUIET_TABLE_MS : QUIET_MS)) return
  }
}

function resultOf(
  { name }: Peer,
  { job, records, expected }: MeasureOptions,
  { marks, cpuAt, usage, startedAt, otherCores }: MeasuredChild,
  output: CheckedOutput,
): Result {
  const rate = (count: number, from: number | undefined) =>
    from === undefined ? 0 : Math.round((count * 1000) / Math.max(1, output.lastMs - from))
  return {
    peer: name,
    job,
    ok: output.rows === expected.rows && output.hash === expected.hash,
    rate: rate(records, marks.FIRST),
    steadyRate: rate(records / 2, marks.HALF),
    cpuSeconds: usage.cpuSeconds,
    steadyCpuMicros: Math.max(0, ((cpuAt.LAST ?? 0) - (cpuAt.HALF ?? 0)) / (records / 2)) * 1e6,
    peakMemoryMb: Math.round(usage.peakMemoryMb),
    startSeconds: (output.firstMs - startedAt) / 1000,
    otherCores,
    outputRecords: output.records,
  }
}

/** A peer's process: what it has printed and used so far. */
class MeasuredChild {
  readonly marks: Marks = {}
  /** CPU seconds that it had used when it printed each mark. */
  readonly cpuAt: Marks = {}
  readonly startedAt = Date.now()
  usage: Usage = { cpuSeconds: 0, peakMemoryMb: 0 }
  otherCores = 0
  readonly #child: ChildProcess
  readonly #busyBefore = machineBusySeconds()

  constructor({ name, command, environment }: Peer, more: Readonly<Record<string, string>>, directory: string) {
    const [file, ...args] = command
    mkdirSync(directory, { recursive: true })
    const log = openSync(join(directory, `${name}-${more['JOB']}.log`), 'a')
    this.#child = spawn(file!, args, {
      env: { ...process.env, ...environment, ...more },
      stdio: ['ignore', 'pipe', log],
    })
    closeSync(log)
    createInterface({ input: this.#child.stdout! }).on('line', (line) => this.#note(line))
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  /** Notes what was used until now. */
  watch(): void {
    const usage = treeUsage(this.#child.pid!)
    // A process that is ending has no memory left to tell of.
    if (usage.peakMemoryMb < this.usage.peakMemoryMb) return
    this.usage = usage
    const others = machineBusySeconds() - this.#busyBefore - usage.cpuSeconds
    this.otherCores = others / Math.max(0.001, (Date.now() - this.startedAt) / 1000)
  }

  async stop(): Promise<void> {
    if (this.hasEnded) return
    const ended = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.kill('SIGTERM')
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS)
    await ended
    clearTimeout(timer)
  }

  #note(line: string): void {
    const mark = /^(FIRST|HALF|LAST) (\d+)$/.exec(line)
    if (mark === null) return
    const name = mark[1] as keyof Marks
    this.marks[name] = Number(mark[2])
    this.cpuAt[name] = treeUsage(this.#child.pid!).cpuSeconds
  }
}
