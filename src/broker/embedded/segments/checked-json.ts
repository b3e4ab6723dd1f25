/**
 * Small JSON files that vouch for themselves. The document is one line; a second line, `crc32c:` and eight hexadecimal digits, is the
 * checksum of the first, because a flipped bit can leave JSON that still parses and says something else. A document without the second
 * line is accepted.
 */

import { readFileSync } from 'node:fs'
import { crc32c } from '../../../types/crc32c.ts'
import { writeFileAtomically } from './data-layout.ts'

const CHECKSUM_LABEL = 'crc32c:'

export type CheckedJson =
  | { readonly kind: 'missing' }
  | { readonly kind: 'damaged' }
  | { readonly kind: 'read'; readonly value: unknown }

export function readCheckedJson(path: string): CheckedJson {
  const text = readIfThere(path)
  if (text === null) return { kind: 'missing' }
  const [document = '', checksum = '', ...rest] = text.split('\n')
  if (rest.join('') !== '' || (checksum !== '' && checksum !== checksumLine(document))) return { kind: 'damaged' }
  try {
    return { kind: 'read', value: JSON.parse(document) }
  } catch {
    return { kind: 'damaged' }
  }
}

/** Replaces the file. `flush`: as in `writeFileAtomically`. */
export function writeCheckedJson(path: string, value: unknown, options: { readonly flush?: boolean } = {}): void {
  const document = JSON.stringify(value)
  writeFileAtomically(path, `${document}\n${checksumLine(document)}\n`, options)
}

const checksumLine = (document: string) => CHECKSUM_LABEL + crc32c(Buffer.from(document)).toString(16).padStart(8, '0')

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
