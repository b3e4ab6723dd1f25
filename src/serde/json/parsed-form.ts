/**
 * Documents of a form whose values are mostly texts of some length (identifiers, addresses): JSON.parse makes such texts in half the time
 * that a call for each of them takes. What it gives is taken only where it is surely what the scanner would give; every other document,
 * and every fault, is the scanner's, so that coercions and messages are its alone.
 */
import { CHECK_ONLY } from '../format.ts'
import { generatedFunction } from '../generated-function.ts'
import type { Destination, ReadMembers } from './form-source.ts'
import {
  FAST_BOOLEAN,
  FAST_DOUBLE,
  FAST_INT32,
  FAST_INT64,
  FAST_STRING,
  type FastKind,
  NOT_FAST,
} from './value-reader.ts'

export interface ParsedMember {
  readonly name: string
  /** The property's number; below zero for a member that is not wanted. */
  readonly slot: number
  /** The value of an object of the form. */
  readonly isText: boolean
  readonly bytes: number
}

/** So much dearer must the scanner be by what its values cost, since that is only an estimate. */
const CLEARLY = 1.25
/** Longer texts are made by a native call. */
const NATIVE_BYTES = 48

/** Whether JSON.parse is the faster way to the wanted values, by nanoseconds measured for each kind of value, and can give them at all. */
export function isBetterParsed(members: readonly ParsedMember[], destinations: readonly Destination[]): boolean {
  if (destinations.some(({ value }) => value.kind === NOT_FAST)) return false
  const sum = (cost: (member: ParsedMember) => number) => members.reduce((total, member) => total + cost(member), 0)
  return sum(scannerCost) > CLEARLY * sum(parserCost)
}

function scannerCost({ slot, isText, bytes }: ParsedMember): number {
  if (slot < 0) return 10 + 0.4 * bytes
  if (!isText) return 16
  return bytes <= NATIVE_BYTES ? 22 + 1.6 * bytes : 125 + 0.1 * bytes
}

/** Short texts are dear because JSON.parse looks whether it has them already. */
function parserCost({ isText, bytes }: ParsedMember): number {
  if (!isText) return 35
  return bytes <= 12 ? 70 : 50 + 0.2 * bytes + 0.2 * Math.max(0, bytes - 64)
}

type ParsedKind = Exclude<FastKind, typeof NOT_FAST>

/**
 * Source of what holds for a `value`, not null, that is the SQL value but for the sign of a zero, which JSON's zero has none of.
 * Larger integers are the scanner's: see hasRounded.
 */
const TESTS: { readonly [Kind in ParsedKind]: string } = {
  [FAST_STRING]: `typeof value === 'string'`,
  [FAST_BOOLEAN]: `typeof value === 'boolean'`,
  [FAST_INT32]: `typeof value === 'number' && (value | 0) === value`,
  [FAST_INT64]: `typeof value === 'number' && value < ${2 ** 41} && value > -${2 ** 41} && Math.floor(value) === value`,
  [FAST_DOUBLE]: `typeof value === 'number'`,
}

/** Reads an object that is a whole document; the row's places in `absent` are set to null. Changes neither position nor place if it gives false. */
export function parsedReader(
  members: readonly ParsedMember[],
  absent: readonly number[],
  destinations: readonly Destination[],
): ReadMembers {
  const hasIntegers = destinations.some(({ value: { kind } }) => kind === FAST_INT32 || kind === FAST_INT64)
  // With all these names, and no more names than these, an object has no other property that could be meant.
  const source = `return function readParsed(input, row, pending, progress) {
    const object = parse(input.bytes.utf8Slice(input.position, input.end))
    if (object === null || Object.keys(object).length !== ${members.length}) return false
    let value
    ${absent.map((target) => `row[${target}] = null`).join('\n')}
    ${members.map((member) => memberSource(member, destinations[member.slot])).join('\n')}
    progress.place = ${members.length}
    input.position = input.end
    return true
  }`
  return generatedFunction(['parse'], source, [hasIntegers ? parseExact : parse]) as ReadMembers
}

function memberSource({ name }: ParsedMember, destination: Destination | undefined): string {
  const read = `value = object[${JSON.stringify(name)}]`
  // What is in there the scanner would not read, but count its brackets.
  if (destination === undefined)
    return `${read}\nif (value === undefined || typeof value === 'object' && value !== null) return false`
  const kind = destination.value.kind as ParsedKind
  const sign = kind === FAST_STRING || kind === FAST_BOOLEAN ? '' : '\nelse value += 0'
  return `${read}
    if (value !== null) { if (!(${TESTS[kind]})) return false${sign} }
    ${destination.target === CHECK_ONLY ? '' : `row[${destination.target}] = value`}`
}

/** Null for what JSON.parse refuses. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Null too if an integer may not be what is written. */
const parseExact = (text: string): unknown => (hasRounded(text) ? null : parse(text))

/**
 * Whether JSON.parse may have rounded a number up to an integer, where the dialect cuts the fraction. Below 2^41 that takes a run of three
 * nines, in which the point may stand if there is an exponent. Few documents have one; only they are looked at more closely.
 */
const hasRounded = (text: string): boolean =>
  (text.includes('.') || text.includes('-')) &&
  (text.includes('999') || text.includes('99.9') || text.includes('9.99')) &&
  FRACTION_OF_NINES.test(text)

const FRACTION_OF_NINES = /\.999|\d[eE]/
