import { describe, expect, it } from 'vitest'
import { cellText, RowTable } from '../../../src/cli/output/row-table.ts'
import { columnNames } from '../../../src/cli/output/schema-text.ts'
import { type JsonValue, parseJsonValue } from '../../../src/types/json-parse.ts'

const columns = (text: string) => parseJsonValue(text) as readonly JsonValue[]
const table = (changes: Partial<ConstructorParameters<typeof RowTable>[0]> = {}) =>
  new RowTable({ names: ['K', 'N'], terminalWidth: 15, columnWidth: 0, isWrapping: true, ...changes })

describe('RowTable', () => {
  it('boxes its header over cells of equal width', () => {
    expect(table().header().split('\n')).toEqual(['+------+------+', '|K     |N     |', '+------+------+'])
    expect(table().row(columns('["a",1]'))).toBe('|a     |1     |')
  })

  it('wraps long values over lines, and cuts them if it may not', () => {
    expect(table().row(columns('["abcdefgh",1]')).split('\n')).toEqual(['|abcdef|1     |', '|gh    |      |'])
    expect(table({ isWrapping: false }).row(columns('["abcdefgh",1]'))).toBe('|abcde…|1     |')
  })

  it('keeps wide characters whole and aligned', () => {
    expect(table().row(columns('["世界人民",1]')).split('\n')).toEqual(['|世界人|1     |', '|民    |      |'])
  })

  it('takes the width it is told', () => {
    expect(table({ columnWidth: 3 }).row(columns('["abcd",null]')).split('\n')).toEqual(['|abc|nul|', '|d  |l  |'])
  })

  it('shows what a deleted row was', () => {
    expect(table({ columnWidth: 11 }).tombstone(columns('["a",null]'))).toBe('|a          |<TOMBSTONE>|')
  })
})

describe('cellText', () => {
  it.each([
    ['null', 'null'],
    ['9223372036854775807', '9223372036854775807'],
    ['1.50', '1.50'],
    ['"x"', 'x'],
    ['[1,null,"a"]', '[1, null, a]'],
    ['{"A":1,"B":{"C":"x"}}', '{A=1, B={C=x}}'],
  ])('shows %s as %s', (json, text) => {
    expect(cellText(parseJsonValue(json))).toBe(text)
  })
})

describe('columnNames', () => {
  it('reads the names of a header, whatever their types and quotes', () => {
    expect(
      columnNames('`K` STRING KEY, `A``B` STRUCT<`F` BIGINT, `G` DECIMAL(4, 2)>, `, N` MAP<STRING, BIGINT>'),
    ).toEqual(['K', 'A`B', ', N'])
    expect(columnNames('')).toEqual([])
  })
})
