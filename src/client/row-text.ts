/** Rows to be inserted, as lines of JSON. */

/** Values of a row by the names of its columns. Besides the values that rows of answers have: dates, bytes and maps. */
export type InsertValue =
  | null
  | undefined
  | boolean
  | number
  | bigint
  | string
  | Date
  | Uint8Array
  | readonly InsertValue[]
  | ReadonlyMap<string, InsertValue>
  | { readonly [name: string]: InsertValue }

export type InsertRow = Readonly<Record<string, InsertValue>>

/** JSON in one line. A bigint keeps its digits, a Date is a TIMESTAMP in UTC, bytes are base64; a member that is undefined is left out. */
export function rowText(value: InsertValue): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'bigint') return String(value)
  if (typeof value !== 'object') return JSON.stringify(value)
  if (value instanceof Date) return JSON.stringify(value.toISOString().replace('Z', ''))
  if (value instanceof Uint8Array) return JSON.stringify(base64(value))
  if (Array.isArray(value)) return `[${value.map(rowText).join(',')}]`
  const entries = value instanceof Map ? [...value] : Object.entries(value)
  const members = entries.filter(([, member]) => member !== undefined)
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${rowText(member)}`).join(',')}}`
}

function base64(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text)
}
