/** Messages of `pgoutput` as bytes. Source: PostgreSQL documentation, "Logical Replication Message Formats". */

export const u8 = (value: number): Buffer => Buffer.from([value])
export const u16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}
export const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value | 0)
  return bytes
}
export const u64 = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(value)
  return bytes
}
export const name = (text: string): Buffer => Buffer.from(`${text}\0`)

export const message = (kind: string, ...parts: readonly Buffer[]): Buffer =>
  Buffer.concat([Buffer.from(kind), ...parts])

/** `undefined`: the value was not changed and is not in the log. */
type Values = readonly (string | null | undefined)[]

export function tuple(...values: Values): Buffer {
  const parts = values.map((value) => {
    if (value === null) return Buffer.from('n')
    if (value === undefined) return Buffer.from('u')
    return Buffer.concat([Buffer.from('t'), u32(Buffer.byteLength(value)), Buffer.from(value)])
  })
  return Buffer.concat([u16(values.length), ...parts])
}

export const begin = (commitLsn: bigint, xid = 7): Buffer => message('B', u64(commitLsn), u64(0n), u32(xid))
export const commit = (endLsn: bigint): Buffer => message('C', u8(0), u64(endLsn - 1n), u64(endLsn), u64(0n))
export const insert = (relation: number, ...values: Values): Buffer =>
  message('I', u32(relation), Buffer.from('N'), tuple(...values))
