import { describe, expect, test } from 'vitest'
import { FORMATS } from '../../../src/serde/index.ts'
import { BIGINT, BOOLEAN, BYTES, DOUBLE, INTEGER, type SqlType, STRING } from '../../../src/types/sql-type.ts'
import type { Value } from '../../../src/types/value.ts'
import { columns, payloadReader, rowWriter } from './serde.ts'

const format = FORMATS.KAFKA

test.each<[SqlType, Value, string]>([
  [INTEGER, -2, 'fffffffe'],
  [BIGINT, 1, '0000000000000001'],
  [BIGINT, -1, 'ffffffffffffffff'],
  [BIGINT, Number.MAX_SAFE_INTEGER, '001fffffffffffff'],
  [BIGINT, Number.MIN_SAFE_INTEGER, 'ffe0000000000001'],
  [BIGINT, 2n ** 53n, '0020000000000000'],
  [BIGINT, -(2n ** 63n), '8000000000000000'],
  [DOUBLE, 1.5, '3ff8000000000000'],
  [STRING, 'é', 'c3a9'],
  [STRING, '', ''],
  [BYTES, new Uint8Array([0, 255]), '00ff'],
])('%j %s is %s', (type, value, hex) => {
  const setup = { format, columns: columns({ A: type }), unwrapped: true }
  expect(rowWriter(setup)([value])?.toString('hex')).toBe(hex)
  expect(payloadReader(setup)(Buffer.from(hex, 'hex'), 'around')).toEqual([value])
  expect(rowWriter(setup)([null])).toBeNull()
})

test('a payload of the wrong length is an error', () => {
  expect(payloadReader({ format, columns: columns({ A: INTEGER }) })('abc')).toEqual({
    message: 'Error deserializing KAFKA message from topic: t',
    causes: ['Size of data received by IntegerDeserializer is not 4'],
  })
})

test('no column: everything reads as no value, and none is written', () => {
  expect(payloadReader({ format, columns: [] })('anything')).toBeNull()
  expect(rowWriter({ format, columns: [] })([])).toBeNull()
})

describe('what it cannot carry', () => {
  const refusal = (types: Readonly<Record<string, SqlType>>, side: 'KEY' | 'VALUE') =>
    format.refusal(columns(types), { format: 'KAFKA', unwrapped: true }, side)

  test('several columns', () => {
    expect(refusal({ V0: INTEGER, V1: STRING }, 'VALUE')).toBe(
      "The 'KAFKA' format only supports a single field. Got: [`V0` INTEGER, `V1` STRING]",
    )
    expect(refusal({ A: INTEGER, B: INTEGER }, 'KEY')).toBe(
      "The 'KAFKA' format only supports a single field. Got: [`A` INTEGER KEY, `B` INTEGER KEY]",
    )
  })

  test('other types', () => {
    expect(refusal({ K: BOOLEAN }, 'KEY')).toBe("The 'KAFKA' format does not support type 'BOOLEAN'")
    expect(refusal({ K: BYTES }, 'KEY')).toBeNull()
  })
})
