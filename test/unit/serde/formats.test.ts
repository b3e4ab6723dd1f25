import { describe, expect, test } from 'vitest'
import { FORMATS, resolveFormat } from '../../../src/serde/index.ts'
import { readWindow, type WindowLayout, writeWindow } from '../../../src/serde/windowed-key.ts'
import { ByteBuffer } from '../../../src/types/byte-buffer.ts'
import { STRING } from '../../../src/types/sql-type.ts'
import { columns, payloadReader, rowWriter } from './serde.ts'

describe('names of formats', () => {
  test('are known in any case', () => {
    expect(resolveFormat('json')).toBe('JSON')
    expect(resolveFormat('None')).toBe('NONE')
  })

  test('that nobody knows are refused', () => {
    expect(() => resolveFormat('foo')).toThrow(`Unknown format: FOO. Formats: ${Object.keys(FORMATS).join(', ')}.`)
    expect(() => resolveFormat('jsn')).toThrow(/^Unknown format: JSN. Did you mean JSON\?$/)
    expect(() => resolveFormat('tsv')).toThrow(
      "Unknown format: TSV. CSV reads and writes TSV: VALUE_FORMAT='CSV', VALUE_DELIMITER='TAB'.",
    )
    expect(() => resolveFormat('toString')).toThrow('Unknown format: TOSTRING')
  })
})

describe('NONE', () => {
  test('reads anything as no value and writes none', () => {
    expect(payloadReader({ format: FORMATS.NONE, columns: [] })('anything')).toBeNull()
    expect(rowWriter({ format: FORMATS.NONE, columns: [] })([])).toBeNull()
  })

  test('takes no columns', () => {
    const spec = { format: 'NONE', unwrapped: false } as const
    expect(FORMATS.NONE.refusal(columns({ K: STRING }), spec, 'KEY')).toBe(
      "The 'NONE' format can only be used when no columns are defined. Got: [`K` STRING KEY]",
    )
    expect(FORMATS.NONE.refusal([], spec, 'KEY')).toBeNull()
  })
})

describe('windows of keys', () => {
  const bytesOf = (layout: WindowLayout) => {
    const out = new ByteBuffer(1)
    writeWindow({ start: 1_700_000_000_000, end: 1_700_000_060_000 }, layout, out)
    return out.take()
  }

  test('tumbling and hopping: the start follows the key, the end is known from the size', () => {
    const layout = { kind: 'time', sizeMs: 60_000 } as const
    expect(bytesOf(layout).toString('hex')).toBe('0000018bcfe56800')
    const bytes = Buffer.concat([Buffer.from('key'), bytesOf(layout)])
    expect(readWindow(bytes, 0, bytes.length, layout)).toEqual({ start: 1_700_000_000_000, end: 1_700_000_060_000 })
  })

  test('session: the end, then the start', () => {
    const layout = { kind: 'session' } as const
    expect(bytesOf(layout).toString('hex')).toBe('0000018bcfe652600000018bcfe56800')
    const bytes = bytesOf(layout)
    expect(readWindow(bytes, 0, bytes.length, layout)).toEqual({ start: 1_700_000_000_000, end: 1_700_000_060_000 })
  })

  test('a key that is too short has none', () => {
    expect(readWindow(Buffer.alloc(7), 0, 7, { kind: 'time', sizeMs: 1 })).toBeNull()
    expect(readWindow(Buffer.alloc(20), 8, 20, { kind: 'session' })).toBeNull()
  })
})
