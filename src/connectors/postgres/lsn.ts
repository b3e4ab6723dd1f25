/** Places in PostgreSQL's write-ahead log (`pg_lsn`): 64 bits, written as two hexadecimal numbers. */

export type Lsn = bigint

export const formatLsn = (lsn: Lsn): string =>
  `${(lsn >> 32n).toString(16).toUpperCase()}/${(lsn & 0xffff_ffffn).toString(16).toUpperCase()}`

/** Throws an Error for a text that is none. */
export function parseLsn(text: string): Lsn {
  const match = /^([0-9a-f]{1,8})\/([0-9a-f]{1,8})$/i.exec(text)
  if (match === null) throw new Error(`'${text}' is no place in the write-ahead log.`)
  return (BigInt(`0x${match[1]}`) << 32n) | BigInt(`0x${match[2]}`)
}
