/** Reads a job's output topic back and sums its rows. */
import type { Broker } from '../../src/broker/broker.ts'
import { rowDecoder } from './avro-rows.ts'
import type { Job, ValueFormat } from './job-sql.ts'
import { foldColumns } from './jobs.ts'
import { readAll } from './read-all.ts'
import { type Cells, RowSum } from './row-sum.ts'

export interface CheckedOutput {
  /** Records, tombstones included. */
  readonly records: number
  readonly rows: number
  readonly hash: string
  /** When the broker appended the first and the last record, epoch ms; the topic's timestamps must be times of append. */
  readonly firstMs: number
  readonly lastMs: number
}

export async function checkOutput(
  broker: Broker,
  topic: string,
  { job, format }: { readonly job: Job; readonly format: ValueFormat },
): Promise<CheckedOutput> {
  const rows = new Rows(job)
  const decode = format === 'AVRO' ? rowDecoder(job) : decodeJson
  let records = 0
  let firstMs = Number.POSITIVE_INFINITY
  let lastMs = 0
  for await (const { timestamp, value } of readAll(broker, topic)) {
    records++
    if (timestamp < firstMs) firstMs = timestamp
    if (timestamp > lastMs) lastMs = timestamp
    if (value !== null) rows.add(decode(value))
  }
  return { records, ...rows.sum(), firstMs, lastMs }
}

const decodeJson = (value: Buffer): Cells => JSON.parse(value.toString()) as Cells

class Rows {
  readonly #fold: readonly string[] | null
  readonly #sum = new RowSum()
  readonly #last = new Map<string, Cells>()

  constructor(job: Job) {
    this.#fold = foldColumns(job)
  }

  add(row: Cells): void {
    if (this.#fold === null) {
      this.#sum.add(row)
      return
    }
    const byName = new Map(Object.entries(row).map(([name, value]) => [name.toUpperCase(), value]))
    this.#last.set(this.#fold.map((name) => byName.get(name)).join(), row)
  }

  sum(): { rows: number; hash: string } {
    for (const row of this.#last.values()) this.#sum.add(row)
    return { rows: this.#sum.rows, hash: this.#sum.hash }
  }
}
