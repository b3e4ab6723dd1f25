/**
 * Reads the lines of one file as they are appended, and what was appended before a rotation to its end, as `tail -F` does. The file is known by
 * device and inode, so a name that means another file, and a file with another name, are both noticed.
 */
import { type FileHandle, open } from 'node:fs/promises'

export interface TailPosition {
  /** Bytes that were taken. */
  readonly offset: number
  /** Lines that were taken. */
  readonly lines: number
  /** Header line of a CSV file. */
  readonly header?: string
}

const CHUNK_BYTES = 1 << 20
const NEWLINE = 0x0a
const RETURN = 0x0d

export class LogTail {
  readonly path: string
  readonly #handle: FileHandle
  readonly #maxLineBytes: number
  readonly #chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES)
  /** Bytes of a line whose end has not come. */
  #rest: Buffer[] = []
  #restBytes = 0
  /** Where the next read begins. */
  #readAt: number
  /** Device and inode. */
  readonly id: string
  /** Bytes of whole lines that were given. */
  offset: number
  lines: number
  header: string | undefined
  /** Lines that were longer than allowed, and were passed over. */
  overlong = 0
  #isSkipping = false

  /** `position`: how much of the file was taken already, if it is known by its device and inode. */
  static async open(path: string, position: TailPosition | null, maxLineBytes: number): Promise<LogTail> {
    const handle = await open(path, 'r')
    const { dev, ino, size } = await handle.stat()
    const id = `${dev}:${ino}`
    // A file that is shorter than its position was truncated and written again: from its start.
    const isSame = position !== null && position.offset <= size
    return new LogTail(path, handle, { id, position: isSame ? position : null, maxLineBytes })
  }

  private constructor(
    path: string,
    handle: FileHandle,
    { id, position, maxLineBytes }: { id: string; position: TailPosition | null; maxLineBytes: number },
  ) {
    this.path = path
    this.#handle = handle
    this.#maxLineBytes = maxLineBytes
    this.id = id
    this.offset = position?.offset ?? 0
    this.lines = position?.lines ?? 0
    this.header = position?.header
    this.#readAt = this.offset
  }

  get position(): TailPosition {
    const { offset, lines, header } = this
    return { offset, lines, ...(header !== undefined && { header }) }
  }

  /**
   * Lines that have come, from at most one read; none: the end of the file. `isLast`: nothing will be appended, so what has no line break is a
   * line, too.
   */
  async read({ isLast }: { readonly isLast: boolean }): Promise<Buffer[]> {
    await this.#noticeTruncation()
    const { bytesRead } = await this.#handle.read(this.#chunk, 0, CHUNK_BYTES, this.#readAt)
    this.#readAt += bytesRead
    if (bytesRead === 0) return isLast ? this.#lastLine() : []
    return this.#split(Buffer.from(this.#chunk.subarray(0, bytesRead)))
  }

  /** Whether the name stands for another file by now, or for none. */
  async isRotated(statOf: (path: string) => Promise<{ readonly id: string } | null>): Promise<boolean> {
    return (await statOf(this.path))?.id !== this.id
  }

  async close(): Promise<void> {
    await this.#handle.close().catch(() => {})
  }

  async #noticeTruncation(): Promise<void> {
    const { size } = await this.#handle.stat()
    if (size >= this.#readAt) return
    this.#readAt = this.offset = 0
    this.lines = 0
    this.header = undefined
    this.#forgetRest()
  }

  #split(bytes: Buffer): Buffer[] {
    const lines: Buffer[] = []
    let at = 0
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, at)) {
      const line = this.#whole(bytes.subarray(at, end))
      if (line !== null) lines.push(line)
      at = end + 1
    }
    this.#keep(bytes.subarray(at))
    return lines
  }

  /** The line that ends here; null if it was too long. */
  #whole(end: Buffer): Buffer | null {
    const isTooLong = this.#isSkipping || this.#restBytes + end.length > this.#maxLineBytes
    const length = this.#restBytes + end.length
    const line = this.#restBytes === 0 ? end : Buffer.concat([...this.#rest, end])
    this.offset += this.#skipped + length + 1
    this.lines++
    this.#forgetRest()
    if (isTooLong) {
      this.overlong++
      return null
    }
    return line.at(-1) === RETURN ? line.subarray(0, -1) : line
  }

  /** Bytes of an overlong line that are not kept. */
  #skipped = 0

  #keep(bytes: Buffer): void {
    if (bytes.length === 0) return
    if (this.#isSkipping || this.#restBytes + bytes.length > this.#maxLineBytes) {
      this.#isSkipping = true
      this.#skipped += this.#restBytes + bytes.length
      this.#rest = []
      this.#restBytes = 0
      return
    }
    this.#rest.push(bytes)
    this.#restBytes += bytes.length
  }

  #forgetRest(): void {
    this.#rest = []
    this.#restBytes = 0
    this.#skipped = 0
    this.#isSkipping = false
  }

  #lastLine(): Buffer[] {
    if (this.#restBytes === 0 && !this.#isSkipping) return []
    const line = this.#whole(Buffer.alloc(0))
    // There was no line break to count.
    this.offset--
    return line === null ? [] : [line]
  }
}
