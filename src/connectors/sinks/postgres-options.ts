/** What the options of the sink `postgres` mean for a stream or table: the server, the table and the columns of its key. */
import type { SinkRecord, SinkSource } from '../connector.ts'
import { documentColumns, keyText } from '../documents.ts'
import { OptionError, type Options } from '../options.ts'
import { compileTemplate } from '../templates.ts'

export function tableOf(options: Options, source: SinkSource): string {
  const { constant } = compileTemplate(options.text('table'), 'table', source)
  if (constant !== null) return constant
  throw new OptionError(
    'table',
    "The option 'table' may have %{topic} and no other place: all records go into one table.",
  )
}

/** Names of the columns of the key as the source has them; none: records are appended. */
export function keyOf(options: Options, source: SinkSource): readonly string[] {
  const mode = options.textOrNull('insert.mode') ?? (source.kind === 'TABLE' ? 'upsert' : 'append')
  if (mode === 'append') return []
  const columns = documentColumns(source).map(({ name }) => name)
  const given = options.list('pk.columns')
  const own = columns.slice(0, source.key.length + (source.isWindowed ? 2 : 0))
  const key = given.length === 0 ? own : given.map((name) => columnNamed(name, columns, source))
  if (key.length > 0) return key
  throw new OptionError(
    'insert.mode',
    `${source.name} has no key. Name the columns of the primary key in 'pk.columns'.`,
  )
}

function columnNamed(name: string, columns: readonly string[], source: SinkSource): string {
  const found = columns.find((column) => column.toUpperCase() === name.toUpperCase())
  if (found !== undefined) return found
  throw new OptionError('pk.columns', `${source.name} has no column ${name}. It has: ${columns.join(', ')}.`)
}

/** The text by which records with the same primary key are known. `key`: the columns that `keyOf` gives. */
export function keyReader(
  key: readonly string[],
  options: Options,
  source: SinkSource,
): (record: SinkRecord) => string | null {
  if (options.list('pk.columns').length === 0) return keyText(source)
  const template = key.map((name) => `%{${name}}`).join('\u0000')
  const { fill } = compileTemplate(template, 'pk.columns', source)
  return (record) => {
    const filled = fill(record, 0)
    return 'text' in filled ? filled.text : null
  }
}
