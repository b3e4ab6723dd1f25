/**
 * What a task does with records of its sources that it cannot read. Each is met in its turn among the others, so that what was committed
 * tells which ones are done: with several inputs a stand-in waits for it.
 */
import type { SourceStep } from '../../operators/step.ts'
import type { StreamRecord } from '../../types/record.ts'
import type { QueryAssignment } from '../assignment.ts'
import { type BadRecord, badRecord, fatalError, letterHeaders, policyOf, type ReadFault } from '../task/bad-records.ts'
import type { RecordCursor } from '../task/record-cursor.ts'
import type { TaskOutputs } from './outputs.ts'

export interface RefusedRecordsOptions {
  readonly query: QueryAssignment
  readonly partition: number
  readonly outputs: Pick<TaskOutputs, 'partition'>
}

type Letters = ReturnType<TaskOutputs['partition']>

export class RefusedRecords {
  readonly #options: RefusedRecordsOptions
  /** By stand-in. */
  readonly #waiting = new Map<StreamRecord, { readonly step: SourceStep; readonly record: BadRecord }>()
  /** By step. */
  readonly #letters = new Map<string, Letters>()

  constructor(options: RefusedRecordsOptions) {
    this.#options = options
  }

  /** A record that stands for it until its turn comes; null if it is just passed over. */
  standIn(step: SourceStep, cursor: RecordCursor, fault: ReadFault): StreamRecord | null {
    const { partition } = this.#options
    const place = { topic: step.topic, partition, offset: cursor.offset }
    const isSkipped = this.#policy(step).kind === 'skip' && this.#fatal(step, place, fault) === null
    if (isSkipped) return null
    const { timestamp } = cursor
    const standIn: StreamRecord = { key: null, window: null, value: null, oldValue: null, timestamp, headers: null }
    this.#waiting.set(standIn, { step, record: badRecord(cursor, place, fault) })
    return standIn
  }

  isStandIn(record: StreamRecord): boolean {
    return this.#waiting.size > 0 && this.#waiting.has(record)
  }

  /** Its turn. Throws BadRecordError if the query is to stop. */
  meet(standIn: StreamRecord): void {
    const { step, record } = this.#waiting.get(standIn)!
    this.#waiting.delete(standIn)
    const fatal = this.#fatal(step, record.position, record.fault)
    if (fatal !== null) throw fatal
    const { queryId } = this.#options.query
    this.#lettersOf(step)(record.key, record.value, record.timestamp, letterHeaders(record, queryId))
  }

  #fatal(step: SourceStep, position: BadRecord['position'], fault: ReadFault) {
    return fatalError(position, fault, { policy: this.#policy(step), config: this.#config })
  }

  #policy(step: SourceStep) {
    return policyOf(step, this.#config, { transient: this.#options.query.group === null })
  }

  readonly #config = (name: string): string | undefined => this.#options.query.config[name]

  #lettersOf(step: SourceStep): Letters {
    const { query, partition, outputs } = this.#options
    const existing = this.#letters.get(step.id)
    if (existing !== undefined) return existing
    const output = query.outputs[step.id]!
    const letters = outputs.partition(output, partition % output.partitions)
    this.#letters.set(step.id, letters)
    return letters
  }
}
