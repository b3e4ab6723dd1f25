/**
 * `millrace produce`: rows of a file or of standard input into a stream or table, through the server, which alone may write its embedded
 * log. Rows are read as the server takes them, so memory stays bounded whatever the length of the input.
 */
import { quoteName } from '../../types/sql-type.ts'
import { Client } from '../client/client.ts'
import { ClientError } from '../client/client-error.ts'
import { countedWere } from '../output/counted.ts'
import { findTarget, sourceName } from '../rows/find-target.ts'
import { createStatement } from '../rows/infer-schema.ts'
import type { Target } from '../rows/input-row.ts'
import { inputFormat, readRows } from '../rows/read-rows.ts'
import { openRowFile } from '../rows/row-file.ts'
import { headersOf, Upload, type UploadIo, type UploadOptions } from '../rows/upload.ts'
import { ask } from './ask.ts'

export interface ProduceOptions extends UploadOptions {
  readonly server: string
  readonly user?: string
  readonly password?: string
  readonly token?: string
  readonly tombstone: readonly string[]
  readonly create: boolean
  readonly yes: boolean
  readonly partitions: number
}

export interface ProduceIo extends Omit<UploadIo, 'toContinue'> {
  readonly stdin: UploadIo['stdin'] & { readonly isTTY?: boolean }
  readonly err: NodeJS.WritableStream & { readonly isTTY?: boolean }
}

const ADVICE = 'Add --create to make one that fits the file, or make one yourself'

/** Rows that --create looks at. */
const INFERRED_ROWS = 1000

/** Resolves to the exit code: 0 if every row is stored, 130 if the user stopped it, else 1. */
export async function runProduce(
  topic: string,
  file: string | null,
  options: ProduceOptions,
  io: ProduceIo,
): Promise<number> {
  try {
    const client = new Client(options.server, options)
    if (options.create && !(await createSource(client, topic, file, options, io))) return 1
    const target = await findTarget(client, topic, ADVICE)
    if (options.tombstone.length > 0) return await deleteRows(client, target, options, io)
    const toContinue = 'run the same command with --resume'
    return await new Upload(client, target, file, options, { ...io, toContinue }).run()
  } catch (error) {
    io.err.write(`${(error as Error).message}\n`)
    return 1
  }
}

/** Deletes the rows of the keys. */
async function deleteRows(
  client: Client,
  target: Target,
  { tombstone, header, partition }: ProduceOptions,
  { err }: ProduceIo,
): Promise<number> {
  const keys = target.fields.filter(({ type }) => type === 'KEY')
  if (keys.length !== 1)
    throw new ClientError(`${target.name} has ${keys.length} key columns; --tombstone needs exactly one.`)
  const [{ name, schema }] = keys as [(typeof keys)[number]]
  const isText = schema.type === 'STRING' || schema.type === 'BYTES'
  const inserts = client.insert({
    target: quoteName(target.name),
    tombstones: true,
    headers: headersOf(header),
    partition,
  })
  await inserts.write(
    tombstone.map((key) => `{${JSON.stringify(quoteName(name))}:${isText ? JSON.stringify(key) : key}}`),
  )
  await inserts.end()
  err.write(`${countedWere(inserts.stored, 'row')} deleted from ${target.name} (topic ${target.topic}).\n`)
  return 0
}

/** Shows the statement that fits the file, and runs it if the user agrees. False: it was not run. */
async function createSource(
  client: Client,
  topic: string,
  file: string | null,
  options: ProduceOptions,
  io: ProduceIo,
): Promise<boolean> {
  if (file === null || file === '-')
    throw new ClientError('--create needs a file, because it reads the first rows twice.')
  const statement = await fittingStatement(topic, file, options, io)
  io.err.write(`${statement}\n`)
  if (!options.yes && !(await isAgreed(io))) {
    io.err.write('Nothing was created. Change the statement as you like and run it, or add --yes to run it as it is.\n')
    return false
  }
  await client.execute(statement)
  return true
}

async function fittingStatement(topic: string, file: string, options: ProduceOptions, io: ProduceIo): Promise<string> {
  const input = await openRowFile(file, io.stdin)
  const format = inputFormat(input, options)
  const anything: Target = { name: topic, topic, fields: [] }
  const rows: string[] = []
  const given = format === 'lines' ? { columns: 'line', ...options } : options
  for await (const batch of readRows(input, anything, given)) {
    rows.push(...batch.flatMap(({ text }) => text ?? []))
    if (rows.length >= INFERRED_ROWS) break
  }
  input.bytes.destroy()
  if (rows.length === 0) throw new ClientError(`${file} has no rows from which columns could be inferred.`)
  return createStatement(rows.slice(0, INFERRED_ROWS), {
    topic,
    name: sourceName(topic),
    key: options.key ?? null,
    partitions: options.partitions,
    readsTexts: format === 'csv' || format === 'tsv',
  })
}

const isAgreed = async ({ stdin, err }: ProduceIo): Promise<boolean> =>
  stdin.isTTY === true && ask('Run this statement? [y/N] ', stdin, err)
