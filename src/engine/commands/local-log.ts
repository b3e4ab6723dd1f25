/**
 * The commands of a server that runs the statements of a file, `ksql.queries.file`: they are applied as they are accepted, and kept nowhere,
 * since the file makes them again at each start. Source: ksqlDB's `StandaloneExecutor`. See docs/operations.md#statements-from-a-file.
 */
import type { Broker } from '../../broker/broker.ts'
import { BrokerError } from '../../broker/broker-error.ts'
import { Mutex } from '../../mutex.ts'
import { commandTopic } from '../../runtime/topic-names.ts'
import type { SequencedCommand, StatementLog, Turn } from './command-log.ts'
import { createCommandTopic } from './command-topic.ts'

export interface LocalLogOptions {
  readonly broker: Broker
  readonly serviceId: string
  readonly replicas: number
  /** Applies one command. Never rejects. */
  readonly apply: (command: SequencedCommand) => Promise<void>
}

export class LocalLog implements StatementLog {
  readonly topic: string
  readonly degraded = null
  readonly #options: LocalLogOptions
  readonly #turns = new Mutex()
  #sequence = 0

  constructor(options: LocalLogOptions) {
    this.#options = options
    this.topic = commandTopic(options.serviceId)
  }

  /**
   * The topic stays empty; it is there for the mark that transactions leave in it (see docs/operations.md#several-servers). One that holds
   * commands belongs to servers whose queries may have the same ids.
   */
  async open(): Promise<SequencedCommand[]> {
    const { broker, replicas } = this.#options
    if ((await broker.describeTopic(this.topic)) === null) await createCommandTopic(broker, this.topic, replicas)
    const [end] = await broker.endOffsets(this.topic)
    if (end!.offset === 0) return []
    throw new BrokerError(
      'INVALID_REQUEST',
      `The command log ${this.topic} holds statements, so this cluster takes them over HTTP and not from a file. Set another ksql.service.id.`,
    )
  }

  follow(): void {}

  turn<Result>(run: (turn: Turn) => Promise<Result>): Promise<Result> {
    return this.#turns.run(() => {
      const sequence = this.#sequence
      return run({
        sequence,
        append: async (command) => {
          await this.#options.apply({ command, sequence })
          this.#sequence = sequence + 1
        },
      })
    })
  }

  async applied(sequence: number): Promise<boolean> {
    return sequence < this.#sequence
  }

  async close(): Promise<void> {}
}
