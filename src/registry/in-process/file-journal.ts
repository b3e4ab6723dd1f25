/**
 * The journal of a registry as a file: a line for each change, its CRC-32 as eight hexadecimal digits, a space, the change as JSON. A line is
 * flushed before the change counts; what a crash has left of the last line is cut off at the next start.
 */
import { type FileHandle, open, readFile, truncate } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import type { RegistryJournal } from './in-process-registry.ts'
import type { RegistryEntry } from './registered-schemas.ts'

const CHECKSUM_DIGITS = 8

/** Opens the file, or creates it. Rejects with an Error that names the line if one before the last is damaged. */
export async function openFileJournal(path: string): Promise<RegistryJournal> {
  const bytes = await readIfThere(path)
  const { entries, length } = readEntries(bytes, path)
  if (length < bytes.length) await truncate(path, length)
  return new FileJournal(entries, await open(path, 'a'))
}

class FileJournal implements RegistryJournal {
  readonly entries: readonly RegistryEntry[]
  readonly #file: FileHandle

  constructor(entries: readonly RegistryEntry[], file: FileHandle) {
    this.entries = entries
    this.#file = file
  }

  async append(entry: RegistryEntry): Promise<void> {
    const { size } = await this.#file.stat()
    try {
      await this.#file.appendFile(lineOf(entry))
      await this.#file.datasync()
    } catch (error) {
      // Half a line must not stand before the next one.
      await this.#file.truncate(size)
      throw error
    }
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}

function lineOf(entry: RegistryEntry): string {
  const document = JSON.stringify(entry)
  return `${checksum(document)} ${document}\n`
}

const checksum = (document: string): string => crc32(document).toString(16).padStart(CHECKSUM_DIGITS, '0')

/** `length`: bytes of the lines that are whole. */
function readEntries(bytes: Buffer, path: string): { entries: RegistryEntry[]; length: number } {
  const entries: RegistryEntry[] = []
  let start = 0
  for (let end = bytes.indexOf('\n', start); end >= 0; end = bytes.indexOf('\n', start)) {
    const entry = entryOf(bytes.toString('utf8', start, end))
    const isLast = end === bytes.length - 1
    if (entry === null && !isLast) {
      throw new Error(`${path}: line ${entries.length + 1} is damaged. Restore the file from a backup, or delete it.`)
    }
    if (entry === null) break
    entries.push(entry)
    start = end + 1
  }
  return { entries, length: start }
}

/** Null: the line is damaged. */
function entryOf(line: string): RegistryEntry | null {
  const document = line.slice(CHECKSUM_DIGITS + 1)
  return line.slice(0, CHECKSUM_DIGITS) === checksum(document) ? (JSON.parse(document) as RegistryEntry) : null
}

async function readIfThere(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0)
    throw error
  }
}
