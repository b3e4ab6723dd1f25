/**
 * What every format keeps to: what it writes it reads back, NULL has a form, columns that are not wanted stay untouched, and no payload makes
 * it throw, hang or read beyond its end. FUZZ_RUNS sets the number of random payloads (a nightly run takes a million).
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Format, FormatName } from '../../src/serde/format.ts'
import type { Column } from '../../src/types/schema.ts'
import type { Row } from '../../src/types/value.ts'
import { payloadReader, rowWriter, type Setup } from '../unit/serde/serde.ts'
import { type Sample, schemaAndRows } from './format-samples.ts'

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 300)
const FUZZ = { timeout: 10_000 + 20 * RUNS }
/** Bytes of the neighbours in the batch, such as a reader that goes too far would take for its own. */
const AROUND = '"},{"A":1}]'

export interface FormatTraits {
  /** Types of columns that it can write, by SQL kind. */
  readonly kinds: readonly Column['type']['kind'][]
  readonly maxColumns: number
  /** Names that columns and fields can have; absent: any. */
  readonly names?: fc.Arbitrary<string>
  /** Whether elements of an ARRAY can be ARRAY or MAP. Default: true. */
  readonly nestsLists?: boolean
  /** What a spec of the columns says besides. */
  readonly spec?: (columns: readonly Column[]) => Pick<Setup, 'header' | 'line'>
  /** How fields tell NULL, for formats that have a choice. */
  readonly nullable?: 'OPTIONAL' | 'WRAPPER'
  /** Whether the empty string is told from NULL. */
  readonly keepsEmptyStrings: boolean
}

export function formatContract(format: Format, traits: FormatTraits): void {
  const setups = (columns: readonly Column[]): Setup[] => {
    const wrapped = {
      format,
      columns,
      ...traits.spec?.(columns),
      ...(traits.nullable === undefined ? {} : { nullable: traits.nullable }),
    }
    if (columns.length !== 1) return [wrapped]
    const unwrapped = { ...wrapped, unwrapped: true }
    if (format.refusal(columns, { format: format.name as FormatName, unwrapped: true }, 'VALUE') !== null)
      return [wrapped]
    return format.wrapping === 'optional' ? [wrapped, unwrapped] : [format.wrapping === 'never' ? unwrapped : wrapped]
  }
  const seen = ({ columns, unwrapped = false, nullable }: Setup, row: Row): Row => {
    const asRead = format.asRead?.(columns, { format: format.name, unwrapped, ...(nullable && { nullable }) })
    if (asRead !== undefined && asRead !== null) return asRead(row)
    return traits.keepsEmptyStrings ? row : row.map((item) => (item === '' ? null : item))
  }

  describe(`${format.name} as a format${traits.nullable === undefined ? '' : `, ${traits.nullable}`}${traits.spec === undefined ? '' : ', as its spec says'}`, () => {
    test('reads back the rows that it writes, whichever columns come first', () => {
      fc.assert(
        fc.property(schemaAndRows(traits), fc.infiniteStream(fc.boolean()), ({ columns, rows }, coin) => {
          expect(format.refusal(columns, { format: format.name as FormatName, unwrapped: false }, 'VALUE')).toBeNull()
          const first = columns.flatMap(({ name }) => (coin.next().value === true ? [name] : []))
          for (const setup of setups(columns)) {
            const write = rowWriter(setup)
            const read = payloadReader({ ...setup, first })
            for (const row of rows) {
              const payload = write(row)
              if (payload === null) expect(row).toEqual([null])
              else expect(read(payload, AROUND)).toEqual(seen(setup, row))
            }
          }
        }),
      )
    })

    test('leaves columns that are not wanted alone', () => {
      fc.assert(
        fc.property(schemaAndRows(traits), ({ columns, rows }: Sample) => {
          for (const setup of setups(columns)) {
            const wanted = columns[columns.length - 1]!.name
            const read = payloadReader({ ...setup, only: [wanted] })
            const write = rowWriter(setup)
            for (const row of rows) {
              const payload = write(row)
              if (payload === null) continue
              const expected = seen(setup, row).map((value, i) => (i === columns.length - 1 ? value : null))
              expect(read(payload)).toEqual(expected)
            }
          }
        }),
      )
    })

    test('answers any bytes with a row, with nothing, or with an error that has a message', FUZZ, () => {
      fc.assert(
        fc.property(schemaAndRows(traits), fc.array(fc.uint8Array({ maxLength: 40 })), ({ columns }, payloads) => {
          for (const setup of setups(columns)) {
            const read = payloadReader(setup)
            for (const payload of payloads) expectAnswer(read(payload, AROUND), columns)
          }
        }),
        { numRuns: RUNS },
      )
    })

    test('answers damaged payloads likewise', FUZZ, () => {
      fc.assert(
        fc.property(schemaAndRows(traits), damages, ({ columns, rows }, changes) => {
          for (const setup of setups(columns)) {
            const write = rowWriter(setup)
            const read = payloadReader({ ...setup, first: columns.slice(1).map(({ name }) => name) })
            for (const row of rows) {
              const payload = write(row)
              if (payload !== null) expectAnswer(read(damaged(payload, changes), AROUND), columns)
            }
          }
        }),
        { numRuns: RUNS },
      )
    })

    test(
      'finds the same payloads unreadable whichever columns are used, as long as the others are checked',
      FUZZ,
      () => {
        fc.assert(
          fc.property(schemaAndRows(traits), damages, fc.boolean(), ({ columns, rows }, changes, isFiltered) => {
            const used = columns.at(-1)!.name
            for (const setup of setups(columns)) {
              const write = rowWriter(setup)
              const readAll = payloadReader(setup)
              const first = isFiltered ? [used] : columns.map(({ name }) => name)
              const readOne = payloadReader({ ...setup, first, only: [used], checksOthers: true })
              for (const row of rows) {
                const payload = write(row)
                if (payload === null) continue
                const bytes = damaged(payload, changes)
                const all = readAll(bytes, AROUND)
                const one = readOne(bytes, AROUND)
                const expected = Array.isArray(all)
                  ? all.map((value, i) => (i === columns.length - 1 ? value : null))
                  : all
                if (expected === null || Array.isArray(expected)) expect(one).toEqual(expected)
                else expect(one).toMatchObject({ message: expect.any(String) })
              }
            }
          }),
          { numRuns: RUNS },
        )
      },
    )

    test('reads the same from a payload whatever lies around it', FUZZ, () => {
      fc.assert(
        fc.property(schemaAndRows(traits), damages, fc.string(), ({ columns, rows }, changes, around) => {
          for (const setup of setups(columns)) {
            const write = rowWriter(setup)
            for (const row of rows) {
              const payload = write(row)
              if (payload === null) continue
              const bytes = damaged(payload, changes)
              expect(payloadReader(setup)(bytes, around)).toEqual(payloadReader(setup)(bytes))
            }
          }
        }),
        { numRuns: RUNS },
      )
    })
  })
}

function expectAnswer(result: ReturnType<ReturnType<typeof payloadReader>>, columns: readonly Column[]): void {
  if (result === null) return
  if (Array.isArray(result)) expect(result).toHaveLength(columns.length)
  else
    expect(result).toEqual({
      message: expect.stringMatching(/./),
      causes: expect.arrayContaining([expect.stringMatching(/./)]),
    })
}

interface Damage {
  readonly place: number
  readonly byte: number
  readonly cut: boolean
}

const damages: fc.Arbitrary<Damage[]> = fc.array(
  fc.record({
    place: fc.nat(),
    byte: fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(...Buffer.from('"\\{}[]:,0-.eE nu\n'))),
    cut: fc.boolean(),
  }),
  { maxLength: 3 },
)

function damaged(payload: Buffer, changes: readonly Damage[]): Buffer {
  let bytes = Buffer.from(payload)
  for (const { place, byte, cut } of changes) {
    const at = place % (bytes.length + 1)
    if (cut) bytes = bytes.subarray(0, at)
    else if (at < bytes.length) bytes[at] = byte
  }
  return bytes
}
