/**
 * What a reader has read, summed up for the inputs that follow it: a turn changes this one object, not ten thousand inputs. An input takes the
 * sums over when it is looked at, and when it leaves the reader.
 */
export class ReaderProgress {
  /** Grows with each change. */
  version = 0
  /** Every record below it was offered to the inputs. */
  position = 0
  /** End of the partition as last reported by the broker. */
  endOffset = 0
  records = 0
  bytes = 0

  /** Continues at `position`, which may be lower than before; all inputs have taken over what was read until then. */
  moveTo(position: number): void {
    this.position = position
  }

  expect(endOffset: number): void {
    this.endOffset = endOffset
    this.version++
  }

  /** Ends a turn in which `records` were offered, in `bytes` bytes. */
  add(position: number, endOffset: number, { records, bytes }: { records: number; bytes: number }): void {
    this.position = position
    this.endOffset = endOffset
    this.records += records
    this.bytes += bytes
    this.version++
  }
}
