/** Records that were removed from a topic, by retention or by hand, before the query had read them: they are counted and reported, or stop the query. */
import type { ProcessingError } from '../processing-error.ts'
import type { Config } from '../query-config.ts'
import type { PartitionInput } from '../reading/partition-input.ts'
import type { TaskInputsOptions } from './task-inputs.ts'

export interface RemovedRecordsOptions extends Pick<TaskInputsOptions, 'onNotice'> {
  readonly config: Config
  readonly reportError: (error: ProcessingError) => void
}

export class RemovedRecords {
  /** How many there were so far. */
  count = 0
  readonly #options: RemovedRecordsOptions

  constructor(options: RemovedRecordsOptions) {
    this.#options = options
  }

  /** Takes note that the topic begins at `offset`. Throws an Error if the query must not pass over records. */
  note({ entry, topic, partition, position }: PartitionInput, offset: number): void {
    const { config, onNotice, reportError } = this.#options
    const removed =
      `Records ${position} to ${offset - 1} of partition ${partition} of ${topic} were removed, by retention or by hand, ` +
      'before the query had read them.'
    if (config['millrace.removed.records']?.toLowerCase() === 'fail')
      throw new Error(
        `${removed} Set millrace.removed.records to continue, or terminate the query and create it again.`,
      )
    this.count += offset - position
    reportError({ type: 'processing', step: entry.step.id, message: removed, causes: [], position: null, target: null })
    onNotice('removed', `${removed} It continues at the first record that is left.`)
  }
}
