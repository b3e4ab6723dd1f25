/** A table of PostgreSQL on its way into a topic: its rows as one snapshot, then the changes behind it. */
import type { Client } from 'pg'
import type { SourceBatch, SourceContext, SourceRecord, SourceTask } from '../connector.ts'
import { OptionError } from '../options.ts'
import { ChangeEvents, type EventTable } from '../postgres/change-events.ts'
import type { ValueOptions } from '../postgres/column-values.ts'
import { formatLsn, type Lsn } from '../postgres/lsn.ts'
import type { Change } from '../postgres/pgoutput.ts'
import { addressOf, connectPostgres } from '../postgres/postgres-client.ts'
import { deliveryError } from '../postgres/postgres-errors.ts'
import { connectReplication, ReplicationStream } from '../postgres/replication-stream.ts'
import { SESSION } from '../postgres/session.ts'
import {
  createSlot,
  currentLsn,
  describeTable,
  dropSlot,
  ensurePublication,
  slotState,
  type TableName,
  tableText,
} from '../postgres/source-catalogue.ts'
import { TableShapes } from '../postgres/table-shapes.ts'
import { readSnapshot } from '../postgres/table-snapshot.ts'
import { TransactionReader } from '../postgres/transaction-reader.ts'
import { BEGINNING, type PostgresPosition, readPosition, writePosition } from './postgres-position.ts'

export interface ReplicationNames {
  readonly table: TableName
  readonly slot: string
  readonly publication: string
}

const WAIT_MS = 500
const MOST_RECORDS = 5000
const MOST_BYTES = 4 << 20

type Batches = AsyncGenerator<SourceBatch, never>

export class PostgresSourceTask implements SourceTask {
  readonly #context: SourceContext
  readonly #names: ReplicationNames
  readonly #events: ChangeEvents
  readonly #shapes: TableShapes
  readonly #open: { end(): Promise<void> }[] = []
  #position: PostgresPosition | null
  #batches: Batches | null = null

  constructor(context: SourceContext, names: ReplicationNames) {
    const { options, clock, connector, position, warn } = context
    this.#context = context
    this.#names = names
    this.#position = position === null ? null : readPosition(position)
    const values: ValueOptions = {
      times: options.text('time.precision.mode') as ValueOptions['times'],
      decimals: options.text('decimal.handling.mode') as ValueOptions['decimals'],
    }
    this.#shapes = new TableShapes({ connector, table: names.table, values, warn })
    this.#events = new ChangeEvents({
      connector,
      database: addressOf(options).database,
      form: options.text('value') as 'envelope' | 'row',
      tombstones: options.flag('tombstones.on.delete'),
      placeholder: options.text('unavailable.value.placeholder'),
      now: () => clock.now(),
    })
  }

  /** After an error it begins again at the last position that was stored: a batch is polled when the one before it is. */
  async poll(): Promise<SourceBatch> {
    this.#batches ??= this.#run()
    try {
      return (await this.#batches.next()).value
    } catch (error) {
      await this.close()
      if (error instanceof OptionError || error instanceof LostError) throw error
      throw deliveryError(error, addressOf(this.#context.options).host)
    }
  }

  async close(): Promise<void> {
    this.#batches = null
    await Promise.all(this.#open.splice(0).map((connection) => connection.end().catch(() => {})))
  }

  async *#run(): Batches {
    const { publication, table, slot } = this.#names
    const client = await this.#connect()
    const { hasIdentity } = await describeTable(client, table)
    if (!hasIdentity) this.#warnOfIdentity()
    await ensurePublication(client, { publication, table, hasIdentity })
    if (this.#position === null) yield this.#at(await this.#firstPosition(client))
    if (this.#position!.kind === 'snapshot') yield* this.#snapshot(client, this.#position!.lsn)
    await this.#checkSlot(client, this.#logPosition().lsn)
    return yield* this.#stream(client, slot)
  }

  /** An empty batch that stores where the source is. */
  #at(position: PostgresPosition): SourceBatch {
    return this.#batch([], position)
  }

  #batch(records: readonly SourceRecord[], position: PostgresPosition): SourceBatch {
    this.#position = position
    return { records, position: writePosition(position) }
  }

  async #firstPosition(client: Client): Promise<PostgresPosition> {
    const { slot } = this.#names
    const state = await slotState(client, slot)
    if (this.#context.options.text('snapshot.mode') === 'initial') {
      if (state === null) return BEGINNING
      throw new OptionError(
        'slot.name',
        `The slot ${slot} exists, and rows can be read to match a new slot only: choose another name, or snapshot.mode='never'.`,
      )
    }
    if (state !== null) return { kind: 'log', lsn: state.confirmed, skip: 0 }
    const replication = await this.#connectReplication()
    const { consistentPoint } = await createSlot(replication, slot)
    await replication.end()
    return { kind: 'log', lsn: consistentPoint, skip: 0 }
  }

  /**
   * The slot and the snapshot begin at the same place: what is committed later is in the log of the slot. A reading that was interrupted begins
   * again with a later snapshot, and the log with the same place: it has each deletion since the first reading, and repeats changes that the
   * rows have already, so that the records end with the table as it is.
   */
  async *#snapshot(client: Client, begun: Lsn | null): AsyncGenerator<SourceBatch> {
    const { replication, snapshot, lsn } = begun === null ? await this.#newSlot(client) : againFrom(begun)
    if (replication === null) await this.#checkSlot(client, lsn)
    const { table } = this.#names
    const timeUs = BigInt(this.#context.clock.now()) * 1000n
    const place = { isSnapshot: true, lsn: snapshot === null ? await currentLsn(client) : lsn, xid: null, timeUs }
    const { columns, key } = await describeTable(client, table)
    const shape = await this.#shapes.of(client, columns, key)
    let index = 0
    for await (const rows of readSnapshot(await this.#connect(), { snapshot, table, columns })) {
      const records = rows.map((row) => this.#events.ofSnapshot(row, shape, { ...place, index: index++ }))
      yield this.#batch(records, { kind: 'snapshot', lsn })
    }
    await replication?.end()
    yield this.#at({ kind: 'log', lsn, skip: 0 })
  }

  /** The snapshot is there for as long as the connection is not used. */
  async #newSlot(client: Client) {
    const { slot } = this.#names
    await dropSlot(client, slot)
    const replication = await this.#connectReplication()
    const { consistentPoint: lsn, snapshot } = await createSlot(replication, slot)
    return { replication, snapshot, lsn }
  }

  /** Throws a LostError if the slot does not have all that comes behind the place. */
  async #checkSlot(client: Client, lsn: Lsn): Promise<void> {
    const { slot } = this.#names
    const state = await slotState(client, slot)
    const gone = `Changes since ${formatLsn(lsn)} are lost. Drop the connector, and create it again to read the rows from the start.`
    if (state === null) throw new LostError(`The replication slot ${slot} is gone. ${gone}`)
    if (state.isLost) {
      throw new LostError(
        `PostgreSQL has removed the log that the slot ${slot} needs (max_slot_wal_keep_size). ${gone}`,
      )
    }
    if (state.plugin !== 'pgoutput') {
      throw new OptionError('slot.name', `The slot ${slot} has the plugin ${state.plugin}, and pgoutput is needed.`)
    }
    if (state.confirmed > lsn) {
      throw new LostError(`Another reader has moved the slot ${slot} to ${formatLsn(state.confirmed)}. ${gone}`)
    }
  }

  async *#stream(client: Client, slot: string): Batches {
    const { timer, options } = this.#context
    const heartbeatMs = options.number('heartbeat.interval.ms')
    const stream = await ReplicationStream.open(
      { ...this.#context, reportMs: heartbeatMs },
      { slot, publication: this.#names.publication, from: this.#logPosition().lsn },
    )
    this.#open.push({ end: () => stream.close() })
    const reader = new TransactionReader(this.#logPosition())
    /** Shapes of the table by the oids of its relations. */
    const shapes = new Map<number, EventTable>()
    let records: SourceRecord[] = []
    let bytes = 0
    let storedAt = timer.elapsed()
    const store = () => {
      const batch = this.#batch(records, reader.position)
      ;[records, bytes, storedAt] = [[], 0, timer.elapsed()]
      return batch
    }
    for (;;) {
      for (const frame of await stream.next(WAIT_MS)) {
        const event = reader.take(frame)
        if (event === null) continue
        if (event.kind === 'relation') {
          const shape = await this.#shapes.ofRelation(client, event.relation)
          if (shape === null) shapes.delete(event.relation.oid)
          else shapes.set(event.relation.oid, shape)
          continue
        }
        const shape = shapeOf(event.change, shapes)
        if (shape === undefined) continue
        for (const record of this.#events.ofChange(event.change, shape, event.place)) {
          records.push(record)
          bytes += record.value?.length ?? 0
        }
        if (records.length < MOST_RECORDS && bytes < MOST_BYTES) continue
        yield store()
        stream.confirm(this.#logPosition().lsn)
      }
      const isDue = timer.elapsed() - storedAt >= heartbeatMs && reader.position.lsn > this.#logPosition().lsn
      if (records.length > 0 || isDue) {
        yield store()
        stream.confirm(this.#logPosition().lsn)
      } else yield { records: [], position: null }
    }
  }

  #logPosition(): { readonly lsn: Lsn; readonly skip: number } {
    if (this.#position?.kind !== 'log') throw new Error('The source has no place in the log yet.')
    return this.#position
  }

  #warnOfIdentity(): void {
    const { connector, warn } = this.#context
    const table = tableText(this.#names.table)
    warn(
      `Connector ${connector}: ${table} has no primary key, so PostgreSQL publishes its new rows only. ` +
        `For updates and deletions, give it a key or run ALTER TABLE ${table} REPLICA IDENTITY FULL, and create the connector again.`,
    )
  }

  async #connect(): Promise<Client> {
    return this.#keep(await connectPostgres(this.#context, { options: SESSION }))
  }

  async #connectReplication(): Promise<Client> {
    return this.#keep(await connectReplication(this.#context))
  }

  #keep(client: Client): Client {
    this.#open.push(client)
    return client
  }
}

const againFrom = (lsn: Lsn) => ({ replication: null, snapshot: null, lsn })

/** The shape of the table whose rows are changed; undefined: it is another table. */
function shapeOf(change: Change, shapes: ReadonlyMap<number, EventTable>): EventTable | undefined {
  if (change.kind !== 'truncate') return shapes.get(change.relation)
  const relation = change.relations.find((oid) => shapes.has(oid))
  return relation === undefined ? undefined : shapes.get(relation)
}

/** Changes are gone, and trying again does not bring them back. */
class LostError extends Error {
  override readonly name = 'LostError'
}
