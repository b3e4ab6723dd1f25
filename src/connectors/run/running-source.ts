/** A source at work: one task, where its slot is. */
import { BrokerError } from '../../broker/broker-error.ts'
import { timeLimitsOf } from '../../broker/time-limits.ts'
import { slotOf } from '../../runtime/slots.ts'
import { connectorGroup, connectorPositions } from '../../runtime/topic-names.ts'
import { optionsOf } from '../common-options.ts'
import { RetriableError, type SourceBatch, type SourceDeclaration, type SourceTask } from '../connector.ts'
import { retrying, type Tries } from '../delivery/retrying.ts'
import { resolveOptions } from '../options.ts'
import type { ConnectorSpec, ConnectorStatus } from './connector-spec.ts'
import { Counters } from './counters.ts'
import type { RunningConnector } from './running-connector.ts'
import { makePositionsTopic, readPosition } from './source-positions.ts'
import { SourceProducer } from './source-producer.ts'
import { SupervisedTask } from './supervised-task.ts'
import type { ConnectorSurroundings } from './surroundings.ts'
import { endTasks, restartBackoff, retryBackoff, taskContext } from './task-context.ts'

interface Signals {
  readonly stopping: AbortSignal
  readonly ending: AbortSignal
}

export class RunningSource implements RunningConnector {
  readonly spec: ConnectorSpec
  readonly #declaration: SourceDeclaration
  readonly #surroundings: ConnectorSurroundings
  readonly #counters: Counters
  #task: SupervisedTask | null = null
  #isPaused = false

  constructor(spec: ConnectorSpec, declaration: SourceDeclaration, surroundings: ConnectorSurroundings) {
    this.spec = spec
    this.#declaration = declaration
    this.#surroundings = surroundings
    this.#counters = new Counters(surroundings)
  }

  async place(slots: ReadonlySet<number>, isPaused: boolean): Promise<void> {
    this.#isPaused = isPaused
    const isHere = !isPaused && slots.has(slotOf(this.spec.name, 0))
    if (!isHere) await this.close()
    else this.#task ??= this.#start()
  }

  async status(): Promise<ConnectorStatus> {
    const { records, refused, retries, perSecond, lastError } = this.#counters
    const paused = this.#isPaused ? [{ id: 0, state: 'PAUSED' as const }] : []
    return {
      name: this.spec.name,
      tasks: this.#task === null ? paused : [this.#task.status],
      records,
      refused,
      retries,
      recordsPerSecond: perSecond,
      lag: null,
      lastError,
    }
  }

  async close(): Promise<void> {
    if (this.#task === null) return
    await endTasks([this.#task], this.#surroundings.timer)
    this.#task = null
  }

  #start(): SupervisedTask {
    const { clock, warn } = this.#surroundings
    const task: SupervisedTask = new SupervisedTask({
      id: 0,
      clock,
      backoff: restartBackoff(this.#surroundings),
      run: (signals) => this.#run(signals, () => task.noteSuccess()),
      onFailure: (message) => {
        this.#counters.noteError(message)
        warn(`Connector ${this.spec.name} has failed, and starts again later: ${message}`)
      },
    })
    return task
  }

  async #run({ stopping, ending }: Signals, onSuccess: () => void): Promise<void> {
    const { spec } = this
    const options = resolveOptions(optionsOf(this.#declaration), spec.options, this.#surroundings.readSecret)
    const tries = { backoff: retryBackoff(options, this.#surroundings), stopping, onRetry: this.#noteRetry }
    const signal = AbortSignal.any([stopping, ending])
    const context = await taskContext(spec, options, signal, this.#surroundings)
    const { producer, position } = await this.#openProducer()
    try {
      const task = await this.#declaration.open({ ...context, topic: spec.topic, position })
      try {
        await this.#loop(task, producer, tries, onSuccess)
      } finally {
        await task.close()
      }
    } finally {
      await producer.close()
    }
  }

  async #openProducer() {
    const { broker, serviceId } = this.#surroundings
    const { spec } = this
    const topic = await broker.describeTopic(spec.topic)
    if (topic === null) throw new Error(`Topic ${spec.topic}, which the connector writes, does not exist.`)
    const timeLimits = timeLimitsOf(topic.config)
    const plain = { broker, topic: spec.topic, partitions: topic.partitions, timeLimits }
    if (!this.#declaration.keepsPosition) return { producer: new SourceProducer(plain), position: null }
    const positions = {
      topic: connectorPositions(serviceId, spec.name),
      key: String(spec.id),
      // The same on all servers, so that a new owner of the slot fences the one before.
      transactionalId: connectorGroup(serviceId, spec.name),
    }
    await makePositionsTopic(broker, positions.topic, topic.replicas)
    const producer = new SourceProducer({ ...plain, positions })
    try {
      await producer.open()
      return { producer, position: await readPosition(broker, positions.topic, positions.key) }
    } catch (error) {
      await producer.close()
      throw error
    }
  }

  async #loop(task: SourceTask, producer: SourceProducer, tries: Tries, onSuccess: () => void): Promise<void> {
    while (!tries.stopping.aborted) {
      const batch = await retrying(() => task.poll(), tries)
      if (batch.records.length === 0 && batch.position === null) continue
      try {
        await this.#store(batch, producer, tries)
      } catch (error) {
        batch.stored?.(error as Error)
        throw error
      }
      batch.stored?.(null)
      this.#counters.records += batch.records.length
      onSuccess()
    }
  }

  /** What was received cannot be had again, so it is tried again here; a source with a position goes back to that. */
  async #store({ records, position }: SourceBatch, producer: SourceProducer, tries: Tries): Promise<void> {
    const store = () => producer.store(records, position, this.#surroundings.clock.now())
    if (this.#declaration.keepsPosition) await store()
    else await retrying(() => store().catch(asRetriable), tries)
  }

  readonly #noteRetry = (reason: string): void => {
    this.#counters.retries++
    this.#counters.noteError(reason)
  }
}

function asRetriable(error: unknown): never {
  if (!(error instanceof BrokerError && error.retriable)) throw error
  throw new RetriableError(error.message, { cause: error })
}
