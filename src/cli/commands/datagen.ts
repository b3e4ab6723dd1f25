/** `millrace datagen`: made-up records into a stream or table of a server, or into a topic of Kafka, as ksqlDB's `ksql-datagen` makes them. */
import { readFileSync } from 'node:fs'
import { type Clock, sleep, type Timer } from '../../clock.ts'
import { fieldsOfAvroSchema } from '../../datagen/avro-schema.ts'
import { FieldError, parseFields } from '../../datagen/fields.ts'
import { type Field, recordsDue } from '../../datagen/making.ts'
import { QUICKSTARTS, type Quickstart, quickstartNamed } from '../../datagen/quickstarts.ts'
import { type MadeRecord, plainText, RecordMaker } from '../../datagen/record-maker.ts'
import { Client } from '../client/client.ts'
import { ClientError } from '../client/client-error.ts'
import { counted } from '../output/counted.ts'
import { csvField } from '../output/row-writer.ts'
import { sourceName } from '../rows/find-target.ts'
import { Progress } from '../rows/progress.ts'

export interface DatagenOptions {
  readonly server: string
  readonly user?: string
  readonly password?: string
  readonly token?: string
  readonly fields?: string
  readonly schema?: string
  readonly topic?: string
  readonly key?: string
  readonly format?: string
  readonly partitions: number
  readonly rate: number
  readonly count?: number
  readonly seed: number
  readonly bootstrapServers?: string
  readonly config?: string
}

/** A record as text, for a topic that no server is asked to write. */
export interface TextRecord {
  readonly key: Buffer | null
  readonly value: Buffer
  /** Epoch ms. */
  readonly timestamp: number
}

export interface TopicWriter {
  write(records: readonly TextRecord[]): Promise<void>
  close(): Promise<void>
}

/** Opens a topic of Kafka for writing, and creates it if need be. Rejects with an Error whose message is for the user. */
export type OpenTopic = (options: {
  readonly topic: string
  readonly partitions: number
  readonly bootstrapServers: string
  readonly config?: string
}) => Promise<TopicWriter>

export interface DatagenIo {
  readonly err: { readonly isTTY?: boolean; write(text: string): unknown }
  readonly clock: Clock
  readonly timer: Timer
  /** Aborted when the user wants to stop: what was made is still stored and counted. */
  readonly signal: AbortSignal
  readonly openTopic: OpenTopic
}

const MOST_AT_ONCE = 2000
const PERIOD_MS = 50

/** What is to be made. */
interface Plan {
  readonly fields: readonly Field[]
  readonly topic: string
  readonly kind: 'STREAM' | 'TABLE'
  readonly key: string | null
  readonly format: string
}

/** Where records go. */
interface Target {
  /** In words for the user. */
  readonly name: string
  /** Resolves when more may be sent. */
  readonly write: (records: readonly MadeRecord[], time: number) => Promise<void>
  /** Resolves when all are stored. */
  readonly end: () => Promise<void>
  readonly stored: () => number
}

/** Resolves to the exit code: 0 if every record is stored, 130 if the user stopped it, else 1. */
export async function runDatagen(name: string | null, options: DatagenOptions, io: DatagenIo): Promise<number> {
  const { err, signal, timer } = io
  try {
    const plan = planOf(name, options)
    const maker = new RecordMaker({ fields: plan.fields, key: plan.key, seed: options.seed })
    const target = await (options.bootstrapServers === undefined
      ? serverTarget(plan, maker, options)
      : kafkaTarget(plan, maker, { ...options, bootstrapServers: options.bootstrapServers }, io))
    const rate = options.rate === 0 ? 'as fast as they are stored' : `${options.rate.toLocaleString('en')} a second`
    err.write(`Records go to ${target.name}, ${rate}.${options.count === undefined ? ' Ctrl-C stops.' : ''}\n`)
    const { count = null } = options
    const share = () => (count === null ? null : target.stored() / count)
    const progress = new Progress({ timer, err, rows: target.stored, share })
    try {
      await makeAll(maker, target, options, io)
      await target.end()
    } finally {
      progress.end()
    }
    err.write(
      `${counted(target.stored(), 'record')} in ${progress.seconds().toFixed(1)} s (${progress.rate().toLocaleString('en')}/s)\n`,
    )
    return signal.aborted && target.stored() !== count ? 130 : 0
  } catch (error) {
    if (!(error instanceof Error)) throw error
    err.write(`${error.message}\n`)
    return 1
  }
}

async function makeAll(
  maker: RecordMaker,
  { write }: Target,
  { rate, count = Number.POSITIVE_INFINITY }: DatagenOptions,
  { clock, timer, signal }: DatagenIo,
): Promise<void> {
  const startedAt = timer.elapsed()
  for (let made = 0; made < count && !signal.aborted; ) {
    const elapsedMs = timer.elapsed() - startedAt
    const due = Math.min(recordsDue({ elapsedMs, rate, made, most: MOST_AT_ONCE }), count - made)
    if (due === 0) {
      await sleep(timer, PERIOD_MS, { signal })
      continue
    }
    const time = clock.now()
    await write(
      Array.from({ length: due }, (_, i) => maker.make(made + i, time)),
      time,
    )
    made += due
  }
}

function planOf(name: string | null, options: DatagenOptions): Plan {
  const quickstart = name === null ? null : quickstartNamed(name)
  const given = [quickstart ?? name, options.fields, options.schema].filter((source) => (source ?? null) !== null)
  if (given.length !== 1 || (name !== null && quickstart === null)) {
    const wrong = name !== null && quickstart === null ? `There is no quickstart '${name}'. ` : ''
    throw new ClientError(
      `${wrong}Give one of: a quickstart (${Object.keys(QUICKSTARTS).join(', ')}), --fields, --schema.`,
    )
  }
  const plan = planFrom(quickstart, options)
  if (plan.key === null || plan.fields.some((field) => field.name === plan.key)) return plan
  const names = plan.fields.map((field) => field.name)
  throw new ClientError(`There is no field ${plan.key} for the key. There are: ${names.join(', ')}.`)
}

function planFrom(quickstart: Quickstart | null, { fields, schema, key, topic, format }: DatagenOptions): Plan {
  const made = quickstart === null ? fieldsOf(fields, schema) : parseFields(quickstart.fields)
  if (quickstart === null && topic === undefined) throw new ClientError('Name the topic: --topic orders.')
  return {
    fields: made,
    topic: topic ?? quickstart!.topic,
    kind: quickstart?.kind ?? 'STREAM',
    key: key ?? quickstart?.key ?? null,
    format: (format ?? quickstart?.valueFormat ?? 'JSON').toUpperCase(),
  }
}

function fieldsOf(fields: string | undefined, schema: string | undefined): readonly Field[] {
  if (schema === undefined) return parseFields(fields!)
  try {
    return fieldsOfAvroSchema(readFileSync(schema, 'utf8'))
  } catch (error) {
    if (error instanceof FieldError) throw new ClientError(`${schema}: ${error.message}`, { cause: error })
    throw error
  }
}

/** Rows go into the stream or table of that name, which is created if it does not exist. */
async function serverTarget(plan: Plan, maker: RecordMaker, options: DatagenOptions): Promise<Target> {
  const client = new Client(options.server, options)
  const name = sourceName(plan.topic)
  await client.execute(createStatement(name, plan, options.partitions))
  const inserts = client.insert({ target: name })
  return {
    name: `${plan.kind === 'TABLE' ? 'table' : 'stream'} ${name.toUpperCase()} at ${client.url}`,
    write: (records) => inserts.write(records.map((record) => maker.rowText(record))),
    end: async () => {
      try {
        await inserts.end()
      } finally {
        inserts.abort()
      }
    },
    stored: () => inserts.stored,
  }
}

function createStatement(name: string, { fields, kind, key, topic, format }: Plan, partitions: number): string {
  const keyMark = kind === 'TABLE' ? 'PRIMARY KEY' : 'KEY'
  // The key stands first, as SHOW and DESCRIBE list it.
  const ordered = [...fields].sort((a, b) => Number(b.name === key) - Number(a.name === key))
  const columns = ordered.map(
    ({ name: column, sqlType }) => `${column} ${sqlType}${column === key ? ` ${keyMark}` : ''}`,
  )
  return `CREATE ${kind} IF NOT EXISTS ${name} (${columns.join(', ')}) WITH (kafka_topic='${topic}', value_format='${format}', partitions=${partitions});`
}

async function kafkaTarget(
  plan: Plan,
  maker: RecordMaker,
  options: DatagenOptions & { readonly bootstrapServers: string },
  io: DatagenIo,
): Promise<Target> {
  const textOfValue = VALUE_TEXTS[plan.format]
  if (textOfValue === undefined) {
    throw new ClientError(
      `Records for Kafka are written as ${Object.keys(VALUE_TEXTS).join(' or ')}. For ${plan.format} send them through a server: leave out --bootstrap-servers.`,
    )
  }
  const { topic } = plan
  const { partitions, bootstrapServers, config } = options
  const writer = await io.openTopic({ topic, partitions, bootstrapServers, ...(config !== undefined && { config }) })
  let stored = 0
  return {
    name: `topic ${topic} at ${bootstrapServers}`,
    async write(records, timestamp) {
      await writer.write(
        records.map((record) => ({
          key: record.key === null ? null : Buffer.from(plainText(record.key)),
          value: Buffer.from(textOfValue(maker, record)),
          timestamp,
        })),
      )
      stored += records.length
    },
    end: () => writer.close(),
    stored: () => stored,
  }
}

/** Texts of values by their formats. */
const VALUE_TEXTS: Readonly<Record<string, (maker: RecordMaker, record: MadeRecord) => string>> = {
  JSON: (maker, record) => maker.valueText(record),
  DELIMITED: (_maker, { values }) => values.map((json) => csvField(plainText(json), ',')).join(','),
}
