/**
 * Rows as JSON objects with columns that are copied from another object. Columns that follow each other in both objects, with names of the
 * same length, are copied together; their names are then written over those that were copied, which mostly differ in case.
 */
import type { Column } from '../../types/schema.ts'
import type { Row } from '../../types/value.ts'
import type { ByteSink } from '../format.ts'
import type { PassedColumns } from '../passed-values.ts'
import { writeByte, writeBytes } from '../text.ts'
import { CLOSE_BRACE } from './syntax.ts'
import { valueWriter, type WriteObject } from './write-object.ts'

/** Up to here a loop beats a native call. */
const SHORT_BYTES = 24

/** Rows of which nothing is passed are written by `usual`. */
export function passingWriter(
  columns: readonly Column[],
  sources: readonly number[],
  { values, slots }: PassedColumns,
  usual: WriteObject,
): WriteObject {
  const prefixes = columns.map(({ name }, i) => Buffer.from(`${i === 0 ? '{' : ','}${JSON.stringify(name)}:`))
  const writers = columns.map(({ type }) => valueWriter(type))
  const count = columns.length
  const starts = new Int32Array(count)
  const ends = new Int32Array(count)
  /** Notes where the columns lie. False: none is passed. */
  const locate = (): boolean => {
    let all = -1
    for (let i = 0; i < count; i++) {
      const slot = slots[i]!
      starts[i] = slot < 0 ? -1 : values.starts[slot]!
      ends[i] = slot < 0 ? -1 : values.ends[slot]!
      all &= starts[i]!
    }
    return all >= 0
  }
  return (row: Row, out: ByteSink) => {
    if (!locate()) {
      usual(row, out)
      return
    }
    for (let i = 0; i < count; ) {
      writeBytes(prefixes[i]!, out)
      if (starts[i]! < 0) {
        writers[i]!(row[sources[i]!]!, out)
        i++
        continue
      }
      let last = i
      while (last + 1 < count && starts[last + 1] === ends[last]! + prefixes[last + 1]!.length) last++
      const shift = out.position - starts[i]!
      copyBytes(values.buffer, starts[i]!, ends[last]!, out)
      for (let k = i + 1; k <= last; k++) writeOver(prefixes[k]!, out.buffer, ends[k - 1]! + shift)
      i = last + 1
    }
    writeByte(CLOSE_BRACE, out)
  }
}

function copyBytes(bytes: Buffer, start: number, end: number, out: ByteSink): void {
  const length = end - start
  out.reserve(length)
  const { buffer, position } = out
  if (length > SHORT_BYTES) bytes.copy(buffer, position, start, end)
  else for (let i = 0; i < length; i++) buffer[position + i] = bytes[start + i]!
  out.position = position + length
}

function writeOver(prefix: Buffer, target: Buffer, position: number): void {
  for (let i = 0; i < prefix.length; i++) target[position + i] = prefix[i]!
}
