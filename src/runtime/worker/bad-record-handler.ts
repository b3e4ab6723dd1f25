/**
 * What a task does with the bad records of its sources: those that it cannot read. Until a bad record has its turn among the others, a
 * placeholder stands for it.
 */
import type { SourceStep } from '../../operators/step.ts'
import type { StreamRecord } from '../../types/record.ts'
import type { QueryAssignment } from '../assignment.ts'
import type { BadRecordError } from '../processing-error.ts'
import {
  type BadRecord,
  badRecord,
  fatalError,
  headersOfBadRecord,
  policyOf,
  type ReadFault,
} from '../task/bad-records.ts'
import type { RecordCursor } from '../task/record-cursor.ts'
import type { TaskOutputs } from './output/outputs.ts'

export interface BadRecordHandlerOptions {
  readonly query: QueryAssignment
  readonly partition: number
  readonly outputs: Pick<TaskOutputs, 'partition'>
}

type AppendDeadLetter = ReturnType<TaskOutputs['partition']>

export class BadRecordHandler {
  readonly #options: BadRecordHandlerOptions
  /** Bad records whose turn has not come, by placeholder. */
  readonly #waiting = new Map<StreamRecord, { readonly step: SourceStep; readonly record: BadRecord }>()
  readonly #deadLetters = new Map<SourceStep['id'], AppendDeadLetter>()

  constructor(options: BadRecordHandlerOptions) {
    this.#options = options
  }

  /** A record that stands for the bad one until its turn comes; null if the bad record is passed over. */
  placeholder(step: SourceStep, cursor: RecordCursor, fault: ReadFault): StreamRecord | null {
    const { partition } = this.#options
    const position = { topic: step.topic, partition, offset: cursor.offset }
    const isSkipped = this.#policy(step).kind === 'skip' && this.#fatal(step, position, fault) === null
    if (isSkipped) return null
    const { timestamp } = cursor
    const placeholder: StreamRecord = { key: null, window: null, value: null, oldValue: null, timestamp, headers: null }
    this.#waiting.set(placeholder, { step, record: badRecord(cursor, position, fault) })
    return placeholder
  }

  isPlaceholder(record: StreamRecord): boolean {
    return this.#waiting.size > 0 && this.#waiting.has(record)
  }

  /** Does with a bad record, whose turn has come, as its source demands. Throws BadRecordError if the query is to stop. */
  handle(placeholder: StreamRecord): void {
    const { step, record } = this.#waiting.get(placeholder)!
    this.#waiting.delete(placeholder)
    const fatal = this.#fatal(step, record.position, record.fault)
    if (fatal !== null) throw fatal
    const append = this.#deadLettersOf(step)
    append(record.key, record.value, record.timestamp, headersOfBadRecord(record, this.#options.query.queryId))
  }

  #fatal(step: SourceStep, position: BadRecord['position'], fault: ReadFault): BadRecordError | null {
    return fatalError(position, fault, { policy: this.#policy(step), config: this.#config })
  }

  #policy(step: SourceStep) {
    return policyOf(step, this.#config, { transient: this.#options.query.group === null })
  }

  readonly #config = (name: string): string | undefined => this.#options.query.config[name]

  #deadLettersOf(step: SourceStep): AppendDeadLetter {
    const { query, partition, outputs } = this.#options
    const existing = this.#deadLetters.get(step.id)
    if (existing !== undefined) return existing
    const output = query.outputs[step.id]!
    const append = outputs.partition(output, partition % output.partitions)
    this.#deadLetters.set(step.id, append)
    return append
  }
}
