import { describe, expect, it } from 'vitest'
import { listTable } from '../../../src/cli/output/list-table.ts'

const WIDE = Number.POSITIVE_INFINITY

describe('listTable', () => {
  it('aligns columns between rules', () => {
    const listing = {
      titles: ['Kafka Topic', 'Partitions'],
      rows: [
        ['logs', '4'],
        ['per_state_long', '1'],
      ],
    }
    expect(listTable(listing, WIDE).split('\n')).toEqual([
      ' Kafka Topic    | Partitions ',
      '-----------------------------',
      ' logs           | 4          ',
      ' per_state_long | 1          ',
      '-----------------------------',
    ])
  })

  it('counts wide characters as two, and shows control characters instead of sending them', () => {
    const listing = {
      titles: ['Name', 'N'],
      rows: [
        ['世界', '1'],
        ['a\u001b[2J', '2'],
      ],
    }
    expect(listTable(listing, WIDE).split('\n').slice(2, 4)).toEqual([' 世界       | 1 ', ' a\\u001b[2J | 2 '])
  })

  it('has cells of several lines', () => {
    const rows = [['one\ntwo', 'x']]
    expect(
      listTable({ titles: ['A', 'B'], rows }, WIDE)
        .split('\n')
        .slice(2, 4),
    ).toEqual([' one | x ', ' two |   '])
  })

  it('wraps the last column so that lines fit the terminal, and leaves names whole', () => {
    const rows = [['CSAS_Q1', 'SELECT '.repeat(12)]]
    const lines = listTable({ titles: ['Query ID', 'Query String'], rows }, 40).split('\n')
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(40)
    const last = lines.slice(2, -1).map((line) => line.slice(12, -1))
    expect(
      last
        .map((line) => line.trim())
        .join(' ')
        .trim(),
    ).toBe('SELECT '.repeat(12).trim())
    expect(lines[2]).toContain(' CSAS_Q1 ')
  })

  it('wraps titles that are wider than what is below them, where lines would not fit otherwise', () => {
    const listing = { titles: ['Kafka Topic', 'Partition Replicas'], rows: [['a_topic_name', '1']] }
    expect(listTable(listing, 30).split('\n')).toEqual([
      ' Kafka Topic  | Partition ',
      '              | Replicas  ',
      '--------------------------',
      ' a_topic_name | 1         ',
      '--------------------------',
    ])
    expect(listTable(listing, 40).split('\n')[0]).toBe(' Kafka Topic  | Partition Replicas ')
  })

  it('gives up fitting where a terminal is narrower than its names', () => {
    const rows = [['a'.repeat(30), 'b'.repeat(30)]]
    expect(listTable({ titles: ['A', 'B'], rows }, 5).split('\n')[2]).toBe(` ${'a'.repeat(30)} | ${'b'.repeat(20)} `)
  })
})
