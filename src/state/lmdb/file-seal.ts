/**
 * The seal of an LMDB file: its size and checksum, in a file beside it, written when the environment is closed and removed when it is opened
 * again. LMDB has no checksums of its own: a damaged page can end the process, hide keys, or give other values. Where there is no
 * seal, as after a crash, the pages themselves are checked (page-check.ts).
 *
 * The seal is one line: size in bytes, CRC-32 of the file, CRC-32 of the text before, the last two hexadecimal.
 */
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'

/** Larger files are not sealed: reading them would delay starts and stops. Measured: 1.5 GB a second. */
const MAX_BYTES = 256 * 1024 * 1024
/** Larger files without a seal are not looked at, which takes longer. */
const MAX_UNSEALED_BYTES = 64 * 1024 * 1024
const CHUNK_BYTES = 1024 * 1024
const SEAL_FILE = 'data.seal'

/** For a file that no one writes any more. */
export function seal(directory: string, file: string): void {
  const text = describe(join(directory, file))
  if (text !== null) writeFileSync(join(directory, SEAL_FILE), `${text} ${hex(crc32(text))}\n`)
}

/** `unsealed`: there is no seal to say whether the file is as it was, and it is small enough to be looked at. */
export type SealState = { readonly kind: 'whole' | 'unsealed' } | { readonly kind: 'broken'; readonly what: string }

/** Whether a file is as it was when it was sealed. */
export function checkSeal(directory: string, file: string): SealState {
  const path = join(directory, file)
  const sealed = readSeal(directory)
  const isThere = existsSync(path)
  if (sealed === null) return { kind: isThere && statSync(path).size <= MAX_UNSEALED_BYTES ? 'unsealed' : 'whole' }
  if (!isThere) return { kind: 'broken', what: `${path} is missing` }
  if (describe(path) === sealed) return { kind: 'whole' }
  return { kind: 'broken', what: `${path} is not as it was when the server stopped` }
}

/** Before the file may change. Lasting, so that no later change breaks the seal. */
export function removeSeal(directory: string): void {
  if (!existsSync(join(directory, SEAL_FILE))) return
  rmSync(join(directory, SEAL_FILE))
  const descriptor = openSync(directory, 'r')
  try {
    fsyncSync(descriptor)
  } catch {
    // Some systems have no fsync of directories.
  } finally {
    closeSync(descriptor)
  }
}

/** Null: there is none, or it is damaged itself. */
function readSeal(directory: string): string | null {
  const path = join(directory, SEAL_FILE)
  if (!existsSync(path)) return null
  const text = readFileSync(path, 'latin1')
  const end = text.lastIndexOf(' ')
  return end > 0 && text.slice(end + 1) === `${hex(crc32(text.slice(0, end)))}\n` ? text.slice(0, end) : null
}

/** Size and checksum; null if the file is too large. */
function describe(path: string): string | null {
  const descriptor = openSync(path, 'r')
  try {
    const { size } = fstatSync(descriptor)
    if (size > MAX_BYTES) return null
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, size))
    let sum = 0
    for (let count = readSync(descriptor, chunk); count > 0; count = readSync(descriptor, chunk))
      sum = crc32(count === chunk.length ? chunk : chunk.subarray(0, count), sum)
    return `${size} ${hex(sum)}`
  } finally {
    closeSync(descriptor)
  }
}

const hex = (sum: number): string => sum.toString(16).padStart(8, '0')
