import { describe, expect, it } from 'vitest'
import { cellText, type ResultRow } from '../../../src/cli/output/cell-text.ts'
import { RowRecords } from '../../../src/cli/output/row-records.ts'
import { RowTable } from '../../../src/cli/output/row-table.ts'
import { columnNames, type ResultColumn, resultColumns } from '../../../src/cli/output/schema-text.ts'
import { PLAIN_STYLE, type Style } from '../../../src/cli/output/style.ts'
import { wrap } from '../../../src/cli/output/width.ts'
import { type JsonValue, parseJsonValue } from '../../../src/types/json-parse.ts'

const COLUMNS: readonly ResultColumn[] = [
  { name: 'K', type: 'STRING' },
  { name: 'N', type: 'BIGINT' },
]
const row = (json: string, tombstone = false): ResultRow => ({
  columns: parseJsonValue(json) as readonly JsonValue[],
  tombstone,
})
const marks: Style = { ...PLAIN_STYLE, bold: (text) => `*${text}*`, dim: (text) => `~${text}~` }
const table = (changes: Partial<ConstructorParameters<typeof RowTable>[0]> = {}) =>
  new RowTable({
    columns: COLUMNS,
    terminalWidth: 20,
    columnWidth: 0,
    isWrapping: true,
    style: PLAIN_STYLE,
    ...changes,
  })
const lines = (text: string) => text.split('\n')

describe('RowTable', () => {
  it('has columns as wide as their content, under a header', () => {
    expect(lines(table().rows([row('["abcdef",1]'), row('["b",2]')]))).toEqual([
      '+--------+---+',
      '| K      | N |',
      '+--------+---+',
      '| abcdef | 1 |',
      '| b      | 2 |',
    ])
    expect(lines(table().header())).toEqual(['+---+---+', '| K | N |', '+---+---+'])
  })

  it('grows where a later batch needs it and the terminal has room, and says so with a rule', () => {
    const growing = table()
    growing.rows([row('["a",1]')])
    expect(lines(growing.rows([row('["abcdef",1]')]))).toEqual(['+--------+---+', '| abcdef | 1 |'])
    expect(lines(growing.rows([row('["abcdefghijklmno",1]')]))).toEqual([
      '| abcdef | 1 |',
      '| ghijkl |   |',
      '| mno    |   |',
    ])
  })

  it('takes width from the widest columns first where the terminal is narrow', () => {
    expect(lines(table().rows([row('["one two three four",12]')])).slice(3)).toEqual([
      '| one two     | 12 |',
      '| three four  |    |',
    ])
  })

  it('cuts long values if it may not wrap them', () => {
    expect(lines(table({ isWrapping: false }).rows([row('["abcdefghijklmno",1]')])).at(-1)).toBe('| abcdefghijk… | 1 |')
  })

  it('keeps wide characters whole and aligned', () => {
    expect(lines(table({ terminalWidth: 13 }).rows([row('["世界人民",1]')])).slice(3)).toEqual([
      '| 世界  | 1 |',
      '| 人民  |   |',
    ])
  })

  it('takes the width it is told', () => {
    expect(lines(table({ columnWidth: 3 }).rows([row('["abcd",null]')])).slice(3)).toEqual([
      '| abc | NUL |',
      '| d   | L   |',
    ])
  })

  it('shows what a deleted row was', () => {
    expect(lines(table().rows([row('["a",null]', true)])).at(-1)).toBe('| a | <TOMBSTONE> |')
  })

  it('sets NULL apart from text, and names from rows', () => {
    const [, names, , text, nothing] = lines(table({ style: marks }).rows([row('["NULL",1]'), row('[null,1]')]))
    expect([names, text, nothing]).toEqual(['| *K   * | *N* |', '| NULL | 1 |', '| ~NULL~ | 1 |'])
  })

  it('shows times of records and windows as times', () => {
    const times = table({
      terminalWidth: 99,
      columns: [
        { name: 'ROWTIME', type: 'BIGINT' },
        { name: 'WINDOWSTART', type: 'BIGINT' },
        { name: 'N', type: 'BIGINT' },
      ],
    })
    expect(lines(times.rows([row('[1700000000000,9223372036854775807,1700000000000]')])).at(-1)).toBe(
      '| 2023-11-14T22:13:20.000Z | 9223372036854775807 | 1700000000000 |',
    )
  })

  it('knows whether it fits', () => {
    const rows = [row('["a long text that needs room",1]')]
    expect(table().fits(rows, 10)).toBe(true)
    expect(table().fits(rows, 20)).toBe(false)
    expect(table({ terminalWidth: Number.POSITIVE_INFINITY }).fits(rows, 100)).toBe(true)
  })
})

describe('RowRecords', () => {
  it('has a line per column and a number per row', () => {
    const records = new RowRecords(
      [
        { name: 'K', type: 'STRING' },
        { name: 'LONG', type: 'BIGINT' },
      ],
      PLAIN_STYLE,
    )
    expect(lines(records.rows([row('["a\\nb",1]'), row('[null,2]')]))).toEqual([
      '-[ RECORD 1 ]----',
      'K    | a',
      '     | b',
      'LONG | 1',
      '-[ RECORD 2 ]----',
      'K    | NULL',
      'LONG | 2',
    ])
  })
})

describe('cellText', () => {
  it.each([
    ['null', 'NULL'],
    ['"null"', 'null'],
    ['9223372036854775807', '9223372036854775807'],
    ['1.50', '1.50'],
    ['"x"', 'x'],
    ['[1,null,"a"]', '[1, NULL, a]'],
    ['{"A":1,"B":{"C":"x"}}', '{A=1, B={C=x}}'],
  ])('shows %s as %s', (json, text) => {
    expect(cellText(parseJsonValue(json))).toBe(text)
  })
})

describe('resultColumns', () => {
  it('reads the names and types of a header, whatever their quotes', () => {
    const schema = '`K` STRING KEY, `A``B` STRUCT<`F` BIGINT, `G` DECIMAL(4, 2)>, `, N` MAP<STRING, BIGINT>'
    expect(resultColumns(schema)).toEqual([
      { name: 'K', type: 'STRING' },
      { name: 'A`B', type: 'STRUCT<`F` BIGINT, `G` DECIMAL(4, 2)>' },
      { name: ', N', type: 'MAP<STRING, BIGINT>' },
    ])
    expect(columnNames(schema)).toEqual(['K', 'A`B', ', N'])
    expect(resultColumns('')).toEqual([])
  })
})

describe('wrap', () => {
  it.each([
    ['one two three', 8, ['one two', 'three']],
    ['SELECT userid, payload', 14, ['SELECT userid,', 'payload']],
    ['a,b,c,d', 4, ['a,b,', 'c,d']],
    ['abcdefgh', 3, ['abc', 'def', 'gh']],
    ['a bcdefghij', 6, ['a bcde', 'fghij']],
    ['', 3, ['']],
  ])('cuts %j to %i columns between words', (text, width, pieces) => {
    expect(wrap(text, width)).toEqual(pieces)
  })
})
