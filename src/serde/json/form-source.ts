/** Generated source that reads objects of one form, see form.ts. Nothing of the objects is in it but the bytes of names, as numbers. */
import type { Row } from '../../types/value.ts'
import { CHECK_ONLY } from '../format.ts'
import { generatedFunction } from '../generated-function.ts'
import type { PassedValues } from '../passed-values.ts'
import type { JsonInput } from './input.ts'
import { readDouble, readInt32, readInt64 } from './number.ts'
import type { PassValue } from './passed-text.ts'
import { MINUS, QUOTE, SPACE, skipValue } from './syntax.ts'
import { checkString, readLastString, readString, UNKNOWN } from './text.ts'
import {
  FAST_BOOLEAN,
  FAST_DOUBLE,
  FAST_INT32,
  FAST_INT64,
  FAST_STRING,
  NOT_FAST,
  type ValueReader,
} from './value-reader.ts'

/** Where the reading of an object stands, for the scanner, which continues where the form ends. */
export interface Progress {
  /** Members that were read or stepped over. */
  place: number
  /** The property whose value is being decoded, for the path of an error; -1 for none. */
  slot: number
}

/**
 * Reads members from the input's position on, which is behind the value before them (for the first: at the brace), and leaves it behind
 * the last one's value or the object. False if the object continues otherwise: then the position is behind the last value that was read, and
 * `progress.place` tells how many members that makes. Throws a ReadFailure.
 */
export type ReadMembers = (input: JsonInput, row: Row, pending: Int32Array, progress: Progress) => boolean

export interface FormMember {
  /** What stands before the value, from the end of the value before it on: `,"name":`. The first member's starts with the brace. */
  readonly lead: Buffer
  /** Decoded into the row, or its position noted in `pending`, or stepped over. */
  readonly action: 'decode' | 'defer' | 'skip'
  /** The property's number, for those that are not stepped over. */
  readonly slot: number
  /** Bytes behind the value, up to the document's end, where the value is the last of the document; else UNKNOWN. */
  readonly behind: number
}

/** Members that are read in one go. */
export interface FormPart {
  /** Place in the object of the first of them. */
  readonly from: number
  readonly members: readonly FormMember[]
  /** What stands behind the value of the last one up to the end of the object; null if other members follow. */
  readonly tail: Buffer | null
  /** Indexes into the row that are set to null, because no object of the form has such a property. */
  readonly absent: readonly number[]
}

export interface Destination {
  readonly value: ValueReader
  /** Index into the row, or `CHECK_ONLY`. */
  readonly target: number
  /** See `Property`. */
  readonly pass?: PassValue | null
  readonly slot?: number
  readonly isRead?: boolean
}

/** Members of one function: V8 takes a long time to optimize long ones. */
const CHUNK = 32

/** `destinations` are by slot. */
export function membersReader(
  part: FormPart,
  destinations: readonly Destination[],
  passed: PassedValues | null = null,
): ReadMembers {
  const { from, members, tail } = part
  const readers: ReadMembers[] = []
  for (let i = 0; i === 0 || i < members.length; i += CHUNK) {
    const chunk = members.slice(i, i + CHUNK)
    const isLast = i + CHUNK >= members.length
    const absent = i === 0 ? part.absent : []
    readers.push(
      chunkReader({ from: from + i, members: chunk, tail: isLast ? tail : null, absent }, destinations, passed),
    )
  }
  if (readers.length === 1) return readers[0]!
  return (input, row, pending, progress) => {
    for (let i = 0; i < readers.length; i++) if (!readers[i]!(input, row, pending, progress)) return false
    return true
  }
}

function chunkReader(
  { from, members, tail, absent }: FormPart,
  destinations: readonly Destination[],
  passed: PassedValues | null,
): ReadMembers {
  const source = `const [${destinations.map((_, slot) => `decode${slot}`).join()}] = decoders
  const [${destinations.map((_, slot) => `check${slot}`).join()}] = checkers
  const [${destinations.map((_, slot) => `pass${slot}`).join()}] = passers
  return function readMembers(input, row, pending, progress) {
    const { bytes, view, end } = input
    let at = input.position, place = ${from}, byte = 0, behind = 0
    ${absent.map((target) => `row[${target}] = null`).join('\n')}
    same: {
      ${members.map((member) => `${memberSource(member, destinations[member.slot])}\nplace++`).join('\n')}
      ${tail === null ? '' : `if (at + ${tail.length} > end || ${differs(tail)}) break same\nat += ${tail.length}`}
      progress.place = place
      input.position = at
      return true
    }
    progress.place = place
    input.position = at
    return false
  }`
  return generatedFunction(
    [
      'decoders',
      'checkers',
      'passers',
      'passed',
      'skipValue',
      'checkString',
      'readString',
      'readLastString',
      'readInt32',
      'readInt64',
      'readDouble',
    ],
    source,
    [
      destinations.map(({ value }) => value.decode),
      destinations.map(({ value }) => value.check),
      destinations.map(({ pass = null }) => pass),
      passed,
      skipValue,
      checkString,
      readString,
      readLastString,
      readInt32,
      readInt64,
      readDouble,
    ],
  ) as ReadMembers
}

function memberSource({ lead, action, slot, behind }: FormMember, destination: Destination | undefined): string {
  // A value follows, so at least one more byte does.
  const start = `if (at + ${lead.length} >= end || ${differs(lead)}) break same`
  if (action === 'decode') {
    return `${start}
    byte = bytes[at + ${lead.length}]
    if (byte <= ${SPACE}) break same
    input.position = at + ${lead.length}
    progress.slot = ${slot}
    ${takeSource(destination!, slot, behind)}
    at = input.position`
  }
  const skip = `behind = skipValue(bytes, at + ${lead.length}, end)
    if (behind < 0) break same
    ${action === 'defer' ? `pending[${slot}] = at + ${lead.length}` : ''}
    at = behind`
  const passes = action === 'defer' && destination?.pass != null && destination.isRead !== true
  if (!passes || destination.target === CHECK_ONLY) return `${start}\n${skip}`
  // To pass a value costs no more than to step over it.
  return `${start}
    input.position = at + ${lead.length}
    if (pass${slot}(input, passed, ${destination.slot})) {
      pending[${slot}] = 0
      at = input.position
    } else {
      ${skip}
    }`
}

function takeSource(destination: Destination, slot: number, behind: number): string {
  const { value, target, pass = null, slot: passedSlot, isRead = false } = destination
  if (target === CHECK_ONLY) return checkSource(value, slot)
  const store = `row[${target}] = ${valueSource(value, slot, behind)}`
  if (pass === null) return store
  const passes = `pass${slot}(input, passed, ${passedSlot})`
  return isRead ? `behind = input.position\n${passes}\ninput.position = behind\n${store}` : `if (!${passes}) ${store}`
}

/** Reading a number makes nothing, so that is how it is checked. */
function checkSource({ kind }: ValueReader, slot: number): string {
  const check = `check${slot}(input)`
  if (kind === NOT_FAST || kind === FAST_BOOLEAN) return check
  if (kind === FAST_STRING) return `if (byte === ${QUOTE}) checkString(input); else ${check}`
  return `if (byte >= 0x30 && byte <= 0x39 || byte === ${MINUS}) ${NUMBER_READERS[kind]}(input); else ${check}`
}

function valueSource({ kind }: ValueReader, slot: number, behind: number): string {
  const decode = `decode${slot}(input)`
  if (kind === NOT_FAST || kind === FAST_BOOLEAN) return decode
  if (kind === FAST_STRING) {
    return `byte === ${QUOTE} ? ${behind === UNKNOWN ? 'readString' : 'readLastString'}(input, ${behind}) : ${decode}`
  }
  return `byte >= 0x30 && byte <= 0x39 || byte === ${MINUS} ? ${NUMBER_READERS[kind]}(input) : ${decode}`
}

const NUMBER_READERS = { [FAST_INT32]: 'readInt32', [FAST_INT64]: 'readInt64', [FAST_DOUBLE]: 'readDouble' } as const

/** Source of whether other bytes than `text` stand at `at`. Words may overlap, so that nothing behind it is looked at. */
function differs(text: Buffer): string {
  if (text.length < 4) return Array.from(text, (byte, i) => `bytes[at + ${i}] !== ${byte}`).join(' || ')
  const offsets = Array.from({ length: text.length >> 2 }, (_, i) => 4 * i)
  if (text.length % 4 > 0) offsets.push(text.length - 4)
  const words = offsets.map((offset) => `view.getInt32(at + ${offset}, true) ^ ${text.readInt32LE(offset)}`)
  return `(${words.join(' | ')}) !== 0`
}
