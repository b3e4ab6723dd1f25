/**
 * The command log: a topic of one partition that holds every accepted statement in one order for all servers of a cluster. One producer
 * with a transactional id writes it, so that of two servers that accept a statement at the same time the later fences the earlier, which
 * then tries again. Commands are applied by the reader alone, also on the server that wrote them. Source: ksqlDB's `DistributingExecutor`
 * and `CommandRunner`.
 */

import type { Broker, Fetcher, Producer } from '../../broker/broker.ts'
import { BrokerError } from '../../broker/broker-error.ts'
import { commitSurely } from '../../broker/commit-surely.ts'
import { RecordBatchBuilder } from '../../broker/record-batch-builder.ts'
import { RecordBatchCursor } from '../../broker/record-batch-cursor.ts'
import { type Clock, sleep, type Timer } from '../../clock.ts'
import { messageOf } from '../../errors.ts'
import { Mutex } from '../../mutex.ts'
import { commandTopic } from '../../runtime/topic-names.ts'
import { type Command, decodeCommand, encodeCommand } from './command.ts'
import type { CommandBackup } from './command-backup.ts'
import { createCommandTopic } from './command-topic.ts'

/** A command with its place in the log. */
export interface SequencedCommand {
  readonly command: Command
  /** Offset in the log. */
  readonly sequence: number
}

/** Where the commands of a cluster come from, and where they go. */
export interface StatementLog {
  readonly topic: string
  /** Why commands are no longer applied, or null. */
  readonly degraded: string | null
  /** All commands so far, which are not passed to `apply`. */
  open(): Promise<SequencedCommand[]>
  /** Starts to apply the commands after those of `open`. */
  follow(): void
  /** The right to append. */
  turn<Result>(run: (turn: Turn) => Promise<Result>): Promise<Result>
  /** Resolves to true when the command of this sequence number has been applied, to false when `timeoutMs` have passed. */
  applied(sequence: number, timeoutMs: number): Promise<boolean>
  close(): Promise<void>
}

export interface CommandLogOptions {
  readonly broker: Broker
  readonly clock: Clock
  readonly timer: Timer
  /** In [0, 1). */
  readonly random: () => number
  readonly serviceId: string
  readonly replicas: number
  /** Applies one command; the next one waits for it. Never rejects. */
  readonly apply: (command: SequencedCommand) => Promise<void>
  /** Grows with the log; null: there is none. */
  readonly backup: CommandBackup | null
  /** Called once, with the reason why the log cannot be followed any further. */
  readonly onDegraded: (reason: string) => void
}

/** The right to append; it ends with the callback that received it. */
export interface Turn {
  /** The offset that the next command gets. */
  readonly sequence: number
  append(command: Command): Promise<void>
}

const MAX_ATTEMPTS = 12
const RETRY_MS = 10
const POLL_MS = 5000

/** One reader and, in its turns, one writer of the log. */
export class CommandLog implements StatementLog {
  readonly topic: string
  readonly #options: CommandLogOptions
  readonly #fetcher: Fetcher
  readonly #cursor = new RecordBatchCursor({ verifyChecksums: true })
  readonly #turns = new Mutex()
  readonly #waiting = new Set<{ readonly end: number; readonly resolve: () => void }>()
  #producer: Producer | null = null
  #position = 0
  /** Offset of this server's last command. Kafka shows it to readers, and in the log's end, only some milliseconds after its commit. */
  #appended = -1
  #following: Promise<void> | null = null
  #isClosed = false
  #degraded: string | null = null

  constructor(options: CommandLogOptions) {
    this.#options = options
    this.topic = commandTopic(options.serviceId)
    this.#fetcher = options.broker.fetcher({ maxWaitMs: 500, readCommitted: true })
  }

  /** Why commands are no longer applied, or null. */
  get degraded(): string | null {
    return this.#degraded
  }

  /** Creates the topic if it does not exist; resolves to all commands so far, which are not passed to `apply`. */
  async open(): Promise<SequencedCommand[]> {
    const { broker } = this.#options
    await this.#createTopic()
    const [start] = await broker.startOffsets(this.topic)
    const [end] = await broker.endOffsets(this.topic, { readCommitted: true })
    this.#position = start!.offset
    if (start!.offset > 0) this.#degrade(`The command log ${this.topic} has lost its first ${start!.offset} records.`)
    this.#fetcher.assign({ topic: this.topic, partition: 0, offset: this.#position })
    const commands: SequencedCommand[] = []
    while (this.#position < end!.offset && this.#degraded === null) {
      const fetched = await this.#read()
      commands.push(...fetched.commands)
      this.#position = fetched.end
    }
    return commands
  }

  /** Starts to apply the commands after those of `open`. */
  follow(): void {
    this.#following = this.#follow()
  }

  /**
   * Calls `run` when every command so far has been applied. If another server appends before `run` does, the append is undone and `run` is
   * called again.
   */
  turn<Result>(run: (turn: Turn) => Promise<Result>): Promise<Result> {
    return this.#turns.run(async () => {
      for (let attempt = 1; ; attempt++) {
        try {
          return await this.#turn(run)
        } catch (error) {
          if (!isOvertaken(error) || attempt === MAX_ATTEMPTS) throw error
          await this.#pause(attempt)
        }
      }
    })
  }

  /** Resolves to true when the command of this sequence number has been applied, to false when `timeoutMs` have passed. */
  async applied(sequence: number, timeoutMs: number): Promise<boolean> {
    const reached = new AbortController()
    const timeout = sleep(this.#options.timer, timeoutMs, { signal: reached.signal }).then(() => false)
    const applied = this.#reached(sequence + 1).then(() => true)
    return Promise.race([applied, timeout]).finally(() => reached.abort())
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#fetcher.wakeUp()
    await this.#following
    await this.#fetcher.close()
    await this.#producer?.close()
  }

  /** Waits a random time, so that two servers do not overtake each other endlessly. */
  #pause(attempt: number): Promise<void> {
    const { random, timer } = this.#options
    return sleep(timer, random() * attempt * RETRY_MS)
  }

  async #createTopic(): Promise<void> {
    const { broker, replicas, backup } = this.#options
    if ((await broker.describeTopic(this.topic)) !== null) return
    if (backup !== null && backup.commands > 0) throw lostLog(this.topic, backup)
    await createCommandTopic(broker, this.topic, replicas)
  }

  async #turn<Result>(run: (turn: Turn) => Promise<Result>): Promise<Result> {
    const { broker } = this.#options
    this.#producer ??= await this.#openProducer()
    await this.#reached(this.#appended + 1)
    const [end] = await broker.endOffsets(this.topic, { readCommitted: true })
    await this.#reached(end!.offset)
    if (this.#degraded !== null) throw new DegradedError(this.#degraded)
    const producer = this.#producer
    return run({ sequence: end!.offset, append: (command) => this.#append(producer, command, end!.offset) })
  }

  async #openProducer(): Promise<Producer> {
    const producer = this.#options.broker.producer({ transactionalId: this.#options.serviceId })
    await producer.initTransactions()
    return producer
  }

  async #append(producer: Producer, command: Command, expected: number): Promise<void> {
    const batch = commandBatch(command, this.#options.clock.now())
    producer.begin()
    try {
      const { baseOffset } = await producer.send(this.topic, 0, batch)
      if (baseOffset !== expected) {
        throw new BrokerError('TRANSACTION_ABORTED', 'Another server has written to the command log meanwhile.')
      }
      await commitSurely(producer, MAX_ATTEMPTS)
      this.#appended = baseOffset
    } catch (error) {
      await this.#dropProducer()
      throw error
    }
  }

  /** Closing the producer aborts its transaction. */
  async #dropProducer(): Promise<void> {
    const producer = this.#producer
    this.#producer = null
    await producer?.close().catch(() => {})
  }

  /** Resolves when every record below offset `end` has been applied, or never will be. */
  #reached(end: number): Promise<void> {
    if (this.#position >= end || this.#degraded !== null || this.#isClosed) return Promise.resolve()
    return new Promise((resolve) => {
      this.#waiting.add({ end, resolve })
    })
  }

  async #follow(): Promise<void> {
    while (!this.#isClosed && this.#degraded === null) {
      const { commands, end } = await this.#read()
      for (const command of commands) await this.#options.apply(command)
      this.#position = end
      this.#wake()
    }
    this.#wake()
  }

  #wake(): void {
    const all = this.#isClosed || this.#degraded !== null
    for (const waiter of this.#waiting) {
      if (!all && waiter.end > this.#position) continue
      this.#waiting.delete(waiter)
      waiter.resolve()
    }
  }

  /** The commands of one fetch, and the offset after them. A record that cannot be read degrades the log; the commands before it count. */
  async #read(): Promise<{ commands: SequencedCommand[]; end: number }> {
    const commands: SequencedCommand[] = []
    let end = this.#position
    try {
      for (const fetched of await this.#fetcher.poll(POLL_MS)) {
        if (fetched.error !== null && !fetched.error.retriable) throw fetched.error
        this.#cursor.reset(fetched.batches, fetched.fetchOffset, fetched.abortedTransactions)
        while (this.#cursor.next()) commands.push(readCommand(this.#cursor, this.#options.backup))
        end = fetched.nextOffset
      }
    } catch (error) {
      if (!this.#isClosed) this.#degrade(messageOf(error))
    }
    return { commands, end }
  }

  #degrade(reason: string): void {
    if (this.#degraded !== null) return
    this.#degraded = reason
    this.#options.onDegraded(reason)
  }
}

/** The log cannot be followed, so nothing may be appended to it. */
export class DegradedError extends Error {
  override readonly name = 'DegradedError'
}

/** Beginning an empty log would drop everything that the cluster had. */
function lostLog(topic: string, { file, commands }: CommandBackup): BrokerError {
  return new BrokerError(
    'CORRUPT_LOG',
    `The command log ${topic} does not exist, but the backup ${file} holds ${commands} of its commands. ` +
      'Restore it with millrace restore-command-topic, or move the backup away to begin with an empty log.',
  )
}

const isOvertaken = (error: unknown): boolean =>
  error instanceof BrokerError && (error.code === 'PRODUCER_FENCED' || error.code === 'TRANSACTION_ABORTED')

/**
 * A command from this size on is compressed: plans hold the schemas that rows are written with, which may be large, and brokers bound the size of
 * a batch.
 */
const LARGE_BYTES = 64 * 1024

function commandBatch(command: Command, timestamp: number): Buffer {
  const { key, value } = encodeCommand(command)
  const builder = new RecordBatchBuilder(value.length < LARGE_BYTES ? {} : { compression: 'gzip' })
  builder.append(timestamp, key, value)
  return builder.finish()
}

function readCommand(
  { buffer, keyStart, keyEnd, valueStart, valueEnd, offset }: RecordBatchCursor,
  backup: CommandBackup | null,
): SequencedCommand {
  const key = keyEnd < 0 ? null : buffer.subarray(keyStart, keyEnd)
  const value = valueEnd < 0 ? null : buffer.subarray(valueStart, valueEnd)
  if (key !== null && value !== null) backup?.note(key, value)
  return { command: decodeCommand(key, value), sequence: offset }
}
