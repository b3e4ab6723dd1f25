/** The newest rows of a table, in the kind of store that fits its key: windowed tables can then forget what is behind their retention. */
import type { KeyValueStore, SessionStore, StoreDeclaration, StoredRow, WindowStore } from '../../state/store.ts'
import { columnTypes } from '../../types/schema.ts'
import type { OperatorContext } from '../operator-context.ts'
import { type KeyedRecord, type RecordKeys, recordKeys } from '../record-key.ts'
import type { StepSchema } from '../step.ts'

export interface TableRows {
  readonly get: (record: KeyedRecord) => StoredRow | undefined
  /** Keeps the record's row, or deletes the key's row if the record has none. */
  readonly set: (record: KeyedRecord) => void
  /** Forgets windows that started (sessions: ended) before `timestamp`; nothing for tables without windows. */
  readonly expire: (timestamp: number) => void
}

export interface TableRowsOptions {
  readonly name: string
  readonly schema: StepSchema
  /** How long windows are kept behind stream time, ms; null: for good. */
  readonly retentionMs: number | null
}

export function tableRowsSpec({ name, schema, retentionMs }: TableRowsOptions): StoreDeclaration {
  const kind = kindOf(schema)
  const types = columnTypes(schema.value)
  return retentionMs === null || kind === 'keyValue' ? { name, kind, types } : { name, kind, types, retentionMs }
}

export function openTableRows(options: TableRowsOptions, context: OperatorContext): TableRows {
  const spec = tableRowsSpec(options)
  const { encode } = recordKeys({ ...options.schema, window: null })
  switch (kindOf(options.schema)) {
    case 'keyValue':
      return keyValueRows(context.store({ ...spec, kind: 'keyValue' }), encode)
    case 'window':
      return windowRows(context.store({ ...spec, kind: 'window' }), encode)
    case 'session':
      return sessionRows(context.store({ ...spec, kind: 'session' }), encode)
  }
}

const kindOf = ({ window }: StepSchema): 'keyValue' | 'window' | 'session' =>
  window === null ? 'keyValue' : window.type === 'SESSION' ? 'session' : 'window'

const stored = ({ value, timestamp }: KeyedRecord): StoredRow | null =>
  value === null ? null : { row: value, timestamp }

function keyValueRows(store: KeyValueStore, encode: RecordKeys['encode']): TableRows {
  return {
    get: ({ key }) => store.get(encode(key, null)),
    set(record) {
      const row = stored(record)
      if (row === null) store.delete(encode(record.key, null))
      else store.put(encode(record.key, null), row)
    },
    expire: () => {},
  }
}

function windowRows(store: WindowStore, encode: RecordKeys['encode']): TableRows {
  return {
    get: ({ key, window }) => store.get(encode(key, null), window!.start),
    set(record) {
      const row = stored(record)
      const { start } = record.window!
      if (row === null) store.delete(encode(record.key, null), start)
      else store.put(encode(record.key, null), start, row)
    },
    expire: (timestamp) => store.expire(timestamp),
  }
}

function sessionRows(store: SessionStore, encode: RecordKeys['encode']): TableRows {
  return {
    get({ key, window }) {
      const { start, end } = window!
      const found = store.find(encode(key, null), end, start)
      return found.find((session) => session.start === start && session.end === end)?.value
    },
    set(record) {
      const row = stored(record)
      const { start, end } = record.window!
      if (row === null) store.remove(encode(record.key, null), start, end)
      else store.put(encode(record.key, null), start, end, row)
    },
    expire: (timestamp) => store.expire(timestamp),
  }
}
