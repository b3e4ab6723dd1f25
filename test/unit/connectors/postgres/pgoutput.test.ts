import { describe, expect, test } from 'vitest'
import { formatLsn, parseLsn } from '../../../../src/connectors/postgres/lsn.ts'
import { readMessage, UNCHANGED } from '../../../../src/connectors/postgres/pgoutput.ts'
import {
  begin,
  commit,
  insert,
  message,
  name,
  tuple,
  u8,
  u16,
  u32,
} from '../../../support/connectors/pgoutput-bytes.ts'

const mark = (text: string) => Buffer.from(text)

describe('a message of pgoutput', () => {
  test.each<[string, Buffer, object]>([
    ['begin', begin(5n, 9), { kind: 'begin', commitLsn: 5n, commitTime: 946_684_800_000_000n, xid: 9 }],
    ['commit', commit(6n), { kind: 'commit', endLsn: 6n }],
    [
      'relation',
      message(
        'R',
        ...[u32(4_000_000_000), name('public'), name('t'), mark('d'), u16(2)],
        ...[u8(1), name('id'), u32(23), u32(-1)],
        ...[u8(0), name('v ü'), u32(1043), u32(14)],
      ),
      {
        kind: 'relation',
        oid: 4_000_000_000,
        schema: 'public',
        name: 't',
        identity: 'd',
        columns: [
          { name: 'id', type: 23, modifier: -1, isKey: true },
          { name: 'v ü', type: 1043, modifier: 14, isKey: false },
        ],
      },
    ],
    ['insert', insert(1, 'a', null, 'ü'), { kind: 'insert', relation: 1, after: ['a', null, 'ü'] }],
    [
      'update with the old key',
      message('U', u32(1), mark('K'), tuple('1', null), mark('N'), tuple('2', undefined)),
      { kind: 'update', relation: 1, before: { kind: 'key', tuple: ['1', null] }, after: ['2', UNCHANGED] },
    ],
    [
      'update without it',
      message('U', u32(1), mark('N'), tuple('2')),
      { kind: 'update', relation: 1, before: null, after: ['2'] },
    ],
    [
      'delete of a whole row',
      message('D', u32(1), mark('O'), tuple('1', 'a')),
      { kind: 'delete', relation: 1, before: { kind: 'full', tuple: ['1', 'a'] } },
    ],
    ['truncate', message('T', u32(2), u8(1), u32(1), u32(2)), { kind: 'truncate', relations: [1, 2] }],
    ['type', message('Y', u32(1), name('public'), name('mood')), { kind: 'other' }],
  ])('%s is read', (_, bytes, expected) => {
    expect(readMessage(bytes)).toEqual(expected)
  })

  test.each<[string, Buffer, string]>([
    ['of another kind', message('S'), "a message 'S'"],
    ['with a binary value', message('I', u32(1), mark('N'), u16(1), mark('b')), "marked 'b'"],
    ['that is cut off', insert(1, 'abcdef').subarray(0, -2), 'cut off'],
    ['whose row has another mark', message('D', u32(1), mark('X')), "marked 'X'"],
  ])('%s is refused', (_, bytes, problem) => {
    expect(() => readMessage(bytes)).toThrow(problem)
  })
})

test.each([
  ['0/0', 0n],
  ['16/B374D848', 0x16b374d848n],
  ['FFFFFFFF/FFFFFFFF', 0xffff_ffff_ffff_ffffn],
])('%s is a place in the log, and the text of it', (text, lsn) => {
  expect([parseLsn(text), formatLsn(lsn)]).toEqual([lsn, text])
})

test('a text that is no place in the log is refused', () => {
  expect(() => parseLsn('16')).toThrow("'16' is no place")
})
