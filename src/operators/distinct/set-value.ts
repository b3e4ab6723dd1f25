/** A value of a set of DISTINCT values as sets hold it: an integer or a text as it is; another, or one of several columns, as the text of a key. */
import { textCodec } from '../../state/key.ts'
import { BIGINT, type SqlType, STRING } from '../../types/sql-type.ts'
import type { Row, Value } from '../../types/value.ts'

/** Values are the same if `===` says so. */
export type SetValue = number | bigint | string | null

export interface SetValueCodec {
  /** That of the values as sets hold them. */
  readonly type: SqlType
  readonly encode: (columns: readonly Value[]) => SetValue
  readonly decode: (value: SetValue) => Row
}

const INTEGERS: ReadonlySet<SqlType['kind']> = new Set(['INTEGER', 'BIGINT', 'DATE', 'TIME', 'TIMESTAMP'])

/** `types`: those of the columns of a value, at least one. */
export function setValueCodec(types: readonly SqlType[]): SetValueCodec {
  const [{ kind }] = types as readonly [SqlType]
  if (types.length === 1 && INTEGERS.has(kind)) return { type: BIGINT, ...AS_IT_IS }
  if (types.length === 1 && kind === 'STRING') return { type: STRING, ...AS_IT_IS }
  const { encode, decode } = textCodec(types)
  return { type: STRING, encode: (columns) => encode(columns as Row), decode: (value) => decode(value as string) }
}

const AS_IT_IS: Omit<SetValueCodec, 'type'> = {
  encode: (columns) => columns[0] as SetValue,
  decode: (value) => [value],
}
