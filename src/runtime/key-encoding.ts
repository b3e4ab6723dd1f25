/**
 * Whether every producer writes a key as this server would, so that its partition follows from its value. In JSON, names may come in another
 * case or order and numbers in another form; with a schema registry the id of the schema is part of the bytes.
 */
import type { FormatSpec } from '../serde/format.ts'
import { FORMATS } from '../serde/index.ts'
import type { Column } from '../types/schema.ts'
import type { BaseType } from '../types/sql-type.ts'
import type { Row } from '../types/value.ts'

/** Types whose values all producers write alike where they are the only column and bare. */
const PLAIN: ReadonlySet<BaseType> = new Set(['BOOLEAN', 'INTEGER', 'BIGINT', 'STRING'])
/** Characters that no JSON library escapes, and DELIMITED does not quote. */
const UNESCAPED = /^[\w .:;@#$%*+=?!()[\]{}|~^-]*$/

/** A function that tells it for a key; null: no key of this format and these columns has one encoding. */
export function onlyEncoding(format: FormatSpec, columns: readonly Column[]): ((key: Row) => boolean) | null {
  if (FORMATS[format.format].isCanonical) return () => true
  const [column] = columns
  const isText = format.format === 'DELIMITED' || (format.format === 'JSON' && format.unwrapped)
  if (!isText || column === undefined || columns.length > 1 || !PLAIN.has(column.type.kind)) return null
  return ([value]) => typeof value !== 'string' || UNESCAPED.test(value)
}
