/** A sink at work: a task for each partition of its topic whose slot is here. */
import type { Producer } from '../../broker/broker.ts'
import { BrokerError } from '../../broker/broker-error.ts'
import { slotOf } from '../../runtime/slots.ts'
import { connectorGroup } from '../../runtime/topic-names.ts'
import { optionsOf } from '../common-options.ts'
import type { SinkDeclaration } from '../connector.ts'
import { DeadLetters } from '../delivery/dead-letters.ts'
import { type Options, resolveOptions } from '../options.ts'
import { type ConnectorSpec, type ConnectorStatus, sinkSource } from './connector-spec.ts'
import { Counters } from './counters.ts'
import { PartitionFeed } from './partition-feed.ts'
import type { RunningConnector } from './running-connector.ts'
import { SinkPartition } from './sink-partition.ts'
import { SupervisedTask } from './supervised-task.ts'
import type { ConnectorSurroundings } from './surroundings.ts'
import { endTasks, restartBackoff, retryBackoff, taskContext } from './task-context.ts'

export class RunningSink implements RunningConnector {
  readonly spec: ConnectorSpec
  readonly #declaration: SinkDeclaration
  readonly #surroundings: ConnectorSurroundings
  readonly #counters: Counters
  readonly #feed: PartitionFeed
  readonly #tasks = new Map<number, SupervisedTask>()
  /** Where the target's records end, per partition that is or was here. */
  readonly #positions = new Map<number, number>()
  #partitions: number | null = null
  #isPaused = false
  #deadLetterProducer: Producer | null = null

  constructor(spec: ConnectorSpec, declaration: SinkDeclaration, surroundings: ConnectorSurroundings) {
    this.spec = spec
    this.#declaration = declaration
    this.#surroundings = surroundings
    this.#counters = new Counters(surroundings)
    const { broker, timer } = surroundings
    this.#feed = new PartitionFeed({ broker, topic: spec.topic, timer })
  }

  async place(slots: ReadonlySet<number>, isPaused: boolean): Promise<void> {
    this.#isPaused = isPaused
    const wanted = isPaused ? [] : (await this.#allPartitions()).filter((it) => slots.has(slotOf(this.spec.topic, it)))
    await this.#end([...this.#tasks.keys()].filter((partition) => !wanted.includes(partition)))
    for (const partition of wanted) {
      if (!this.#tasks.has(partition)) this.#tasks.set(partition, this.#start(partition))
    }
  }

  async status(): Promise<ConnectorStatus> {
    const { records, refused, retries, perSecond, lastError } = this.#counters
    return {
      name: this.spec.name,
      tasks: this.#isPaused
        ? Array.from({ length: this.#partitions ?? 1 }, (_, id) => ({ id, state: 'PAUSED' as const }))
        : [...this.#tasks.values()].map(({ status }) => status),
      records,
      refused,
      retries,
      recordsPerSecond: perSecond,
      lag: await this.#lag(),
      lastError,
    }
  }

  async close(): Promise<void> {
    await this.#end([...this.#tasks.keys()])
    await this.#deadLetterProducer?.close()
  }

  /** The topic exists, as its stream does; if it is gone, a task that fails says so. */
  async #allPartitions(): Promise<number[]> {
    if (this.#partitions === null) {
      const topic = await this.#surroundings.broker.describeTopic(this.spec.topic)
      if (topic !== null) this.#partitions = topic.partitions
    }
    return Array.from({ length: this.#partitions ?? 1 }, (_, partition) => partition)
  }

  async #end(partitions: readonly number[]): Promise<void> {
    const tasks = partitions.map((partition) => this.#tasks.get(partition)!)
    const ended = endTasks(tasks, this.#surroundings.timer)
    this.#feed.wake()
    await ended
    for (const partition of partitions) {
      this.#tasks.delete(partition)
      this.#positions.delete(partition)
    }
  }

  #start(partition: number): SupervisedTask {
    const { clock, warn } = this.#surroundings
    const { name } = this.spec
    const task: SupervisedTask = new SupervisedTask({
      id: partition,
      clock,
      backoff: restartBackoff(this.#surroundings),
      run: ({ stopping, ending }) => this.#run(partition, { stopping, ending, onSuccess: () => task.noteSuccess() }),
      onFailure: (message) => {
        this.#counters.noteError(message)
        warn(`Connector ${name} has failed at partition ${partition}, and starts again later: ${message}`)
      },
    })
    return task
  }

  async #run(
    partition: number,
    {
      stopping,
      ending,
      onSuccess,
    }: { readonly stopping: AbortSignal; readonly ending: AbortSignal; readonly onSuccess: () => void },
  ): Promise<void> {
    const { broker, timer, schemas, warn, serviceId, readSecret } = this.#surroundings
    const { spec } = this
    const options = resolveOptions(optionsOf(this.#declaration), spec.options, readSecret)
    const counters = this.#counters
    const context = await taskContext(spec, options, ending, this.#surroundings)
    await new SinkPartition({
      spec,
      partition,
      group: connectorGroup(serviceId, spec.name),
      broker,
      feed: this.#feed,
      schemas,
      timer,
      backoff: retryBackoff(options, this.#surroundings),
      batchSize: options.number('batch.size'),
      startsAtEnd: options.text('auto.offset.reset') === 'latest',
      toleratesErrors: options.text('errors.tolerance') === 'all',
      deadLetters: this.#deadLetters(options, partition),
      open: () => this.#declaration.open({ ...context, source: sinkSource(spec), partition }),
      stopping,
      events: {
        onWritten: (records) => {
          counters.records += records
          if (records > 0) onSuccess()
        },
        onRefused: (records, reason) => {
          counters.refused += records
          counters.noteError(reason)
        },
        onRetry: (reason) => {
          counters.retries++
          counters.noteError(reason)
        },
        onPosition: (at, offset) => this.#positions.set(at, offset),
        onNotice: (message) => {
          counters.noteError(message)
          warn(message)
        },
      },
    }).run()
  }

  #deadLetters(options: Options, partition: number): DeadLetters | null {
    const topic = options.textOrNull('errors.deadletterqueue.topic.name')
    if (topic === null) return null
    this.#deadLetterProducer ??= this.#surroundings.broker.producer()
    const { name: connector, topic: sourceTopic } = this.spec
    return new DeadLetters({ producer: this.#deadLetterProducer, topic, connector, sourceTopic, partition })
  }

  async #lag(): Promise<number | null> {
    if (this.#positions.size === 0) return null
    try {
      const ends = await this.#surroundings.broker.endOffsets(this.spec.topic, { readCommitted: true })
      return ends.reduce((lag, { partition, offset }) => {
        const position = this.#positions.get(partition)
        return position === undefined ? lag : lag + Math.max(0, offset - position)
      }, 0)
    } catch (error) {
      if (error instanceof BrokerError) return null
      throw error
    }
  }
}
