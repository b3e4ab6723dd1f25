/**
 * Generated source that reads payloads of one writer's schema into rows: the wanted columns are decoded, everything else is stepped over,
 * and what stands behind the last wanted one is not looked at. Fields are found by name, so that neither the record's name nor a reader's
 * schema plays a part.
 */
import { doubleToText } from '../../types/double-text.ts'
import type { Column } from '../../types/schema.ts'
import type { Row } from '../../types/value.ts'
import { floatToText } from '../float-text.ts'
import { CHECK_ONLY, type WantedColumn } from '../format.ts'
import type { PassedValues } from '../passed-values.ts'
import { AvroFailure } from './failure.ts'
import { byPlace, FieldIndex } from './field-index.ts'
import {
  type AvroInput,
  readBlock,
  readBoolean,
  readBranch,
  readByteText,
  readDouble,
  readFixed,
  readFloat,
  readInt,
  readLong,
  readSymbol,
  readText,
  skipBlock,
  skipExtent,
  skipFixed,
  skipNumber,
} from './input.ts'
import { passText } from './passed-text.ts'
import { type AvroRecord, type AvroType, type AvroUnion, branchName, codeOf, nullableOf } from './schema.ts'
import { SkipSource, Steps } from './skip-source.ts'
import { SourceBuilder } from './source-builder.ts'
import { type Destination, isSame, ValueSource } from './value-source.ts'
import { readDecimal, readFixedDecimal, readTimeIn, readTimeMillis, readTimestamp, readTimestampIn } from './values.ts'

/** Throws an AvroFailure where a payload cannot be read. */
export interface PayloadReader {
  /** Sets the `first` columns. True: the payload stands for null. */
  open(input: AvroInput, row: Row): boolean
  /** Sets the others of the payload that `open` read last. */
  finish(input: AvroInput, row: Row): void
}

export interface PayloadShape {
  readonly columns: readonly Column[]
  readonly wanted: readonly WantedColumn[]
  /** The payload is the single column's value, not a record with it. */
  readonly isBare: boolean
  /** Takes the texts of wanted columns with a slot; null: there are none. */
  readonly passed: PassedValues | null
}

const LIBRARY = {
  AvroFailure,
  passText,
  doubleToText,
  floatToText,
  readBlock,
  readBoolean,
  readBranch,
  readByteText,
  readDecimal,
  readDouble,
  readFixed,
  readFixedDecimal,
  readFloat,
  readInt,
  readLong,
  readSymbol,
  readText,
  readTimeIn,
  readTimeMillis,
  readTimestamp,
  readTimestampIn,
  skipBlock,
  skipExtent,
  skipFixed,
  skipNumber,
}

export const makePayloadReader = (type: AvroType, shape: PayloadShape): PayloadReader =>
  new ReaderSource().reader(type, shape)

interface WantedDestination extends Destination {
  readonly first: boolean
  readonly slot: number
  readonly isRead: boolean
}

class ReaderSource {
  readonly #source = new SourceBuilder(LIBRARY)
  readonly #skips = new SkipSource(this.#source)
  readonly #values = new ValueSource(this.#source, this.#skips)
  #passed: PassedValues | null = null

  reader(type: AvroType, { columns, wanted, isBare, passed }: PayloadShape): PayloadReader {
    this.#passed = passed
    const all = wanted.map(({ column, target, first, slot = -1, isRead = false }) => ({
      ...columns[column]!,
      target,
      first,
      slot,
      isRead,
    }))
    if (isBare) return this.#build(this.#bareBody(type, all[0]), '')
    const root = nullableOf(type) ?? type
    const nullCheck = root === type ? '' : `if (readBranch(input, 2) !== ${codeOf(type, root)}) return true\n`
    if (root.kind === 'record') return this.#recordReader(root, nullCheck, all)
    if (root.kind === 'union') return this.#build(`${this.#alternativesBody(root, all)}\nreturn false`, '')
    return this.#build(`${nullCheck}${this.#values.mismatch(root, { kind: 'STRUCT', fields: columns }, '')}`, '')
  }

  #build(open: string, finish: string): PayloadReader {
    const names = [this.#source.function('input, row', open), this.#source.function('input, row', finish)]
    return this.#source.build(`{ open: ${names[0]}, finish: ${names[1]} }`) as PayloadReader
  }

  #bareBody(type: AvroType, column: Destination | undefined): string {
    if (column === undefined) return 'return false'
    const value = this.#values.expression(type, column.type, '')
    const store = column.target === CHECK_ONLY ? '' : `\nrow[${column.target}] = value`
    return `const value = ${value}\nif (value === null) return true${store}\nreturn false`
  }

  /**
   * `open` steps over columns that it does not decode and notes where they are, up to the last one that it decodes. `finish` reads those,
   * and then continues behind.
   */
  #recordReader(record: AvroRecord, nullCheck: string, columns: readonly WantedDestination[]): PayloadReader {
    const fields = new FieldIndex(record)
    const placed = columns.map((column) => ({ ...column, field: fields.find(column.name) }))
    const first = placed.filter((column) => column.first)
    const later = placed.filter((column) => !column.first)
    const [firstAt, laterAt] = [byPlace(first), byPlace(later)]
    const [split, end] = [behindLast(first), behindLast(later)]
    const positions = this.#source.constant(new Int32Array(split + 1))
    const deferred: string[] = []
    const opening = new Steps()
    record.fields.slice(0, split).forEach(({ type }, i) => {
      const put = laterAt.get(i)
      if (put !== undefined) {
        opening.add(`${positions}[${i}] = input.position`)
        deferred.push(`input.position = ${positions}[${i}]`, this.#store(type, put))
      }
      this.#step(opening, type, firstAt.get(i))
    })
    const rest = new Steps()
    for (let i = split; i < end; i++) this.#step(rest, record.fields[i]!.type, laterAt.get(i))
    const returns = deferred.length > 0 && rest.all().length > 0
    const open = this.#source.sequence('input, row', [...absent(first), ...opening.all()])
    const finish = this.#source.sequence('input, row', [
      ...absent(later),
      ...deferred,
      ...(returns ? [`input.position = ${positions}[${split}]`] : []),
      ...rest.all(),
    ])
    const noteEnd = returns ? `\n${positions}[${split}] = input.position` : ''
    return this.#build(`${nullCheck}${open}${noteEnd}\nreturn false`, finish)
  }

  #step(steps: Steps, type: AvroType, destinations: readonly WantedDestination[] | undefined): void {
    if (destinations === undefined) this.#skips.into(steps, type)
    else steps.add(this.#store(type, destinations))
  }

  #store(type: AvroType, destinations: readonly WantedDestination[]): string {
    const [{ target, slot, isRead }] = destinations as readonly [WantedDestination]
    const text = nullableOf(type) ?? type
    const usual = this.#values.store(type, destinations, '')
    if (slot < 0 || this.#passed === null || destinations.length > 1 || text.kind !== 'string') return usual
    const pass = `passText(input, ${this.#source.constant(this.#passed)}, ${slot})`
    const read = `row[${target}] = readText(input)`
    const take = isRead
      ? `const from = input.position\n${pass}\ninput.position = from\n${read}`
      : `if (!${pass}) ${read}`
    if (text === type) return `{ ${take} }`
    return `if (readBranch(input, 2) === ${codeOf(type, text)}) { ${take} } else row[${target}] = null`
  }

  /** A root that is one of several types: columns are alternatives, as Kafka Connect sees such unions. */
  #alternativesBody(union: AvroUnion, columns: readonly Destination[]): string {
    const cases = union.branches.map((branch, i) => {
      if (branch.kind === 'null') return `case ${2 * i}: return true`
      const chosen = columns.filter(({ name }) => isSame(branchName(branch), name))
      return `case ${2 * i}: ${chosen.length === 0 ? '' : this.#values.store(branch, chosen, '')}; break`
    })
    const nulls = absent(columns.map((column) => ({ ...column, field: -1 })))
    return `${nulls.join('\n')}\nswitch (readBranch(input, ${union.branches.length})) {\n${cases.join('\n')}\n}`
  }
}

/** The place behind the last field that a column has. */
const behindLast = (columns: readonly { readonly field: number }[]): number =>
  columns.reduce((end, { field }) => Math.max(end, field + 1), 0)

/** Columns that the record does not have are NULL. */
const absent = (columns: readonly (Destination & { readonly field: number })[]): string[] =>
  columns.flatMap(({ target, field }) => (field < 0 && target !== CHECK_ONLY ? [`row[${target}] = null`] : []))
