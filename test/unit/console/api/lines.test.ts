import { expect, it } from 'vitest'
import { isNumeric } from '../../../../src/console/api/columns.ts'
import { readPrintLine } from '../../../../src/console/api/print-lines.ts'
import { readResultLine } from '../../../../src/console/api/result-lines.ts'
import { linesOf } from '../../../../src/console/api/stream-lines.ts'
import { readColumns } from '../../../../src/types/column-text.ts'

it('columns are cut outside of brackets and back-quotes', () => {
  expect(
    readColumns('`ID` INTEGER KEY, `S` STRUCT<`A` STRING, `B` MAP<STRING, DECIMAL(4, 2)>>, `odd, ``name` DOUBLE'),
  ).toEqual([
    { name: 'ID', type: 'INTEGER', isKey: true },
    { name: 'S', type: 'STRUCT<`A` STRING, `B` MAP<STRING, DECIMAL(4, 2)>>', isKey: false },
    { name: 'odd, `name', type: 'DOUBLE', isKey: false },
  ])
  expect(readColumns('')).toEqual([])
})

it.each(['INTEGER', 'BIGINT', 'DOUBLE', 'DECIMAL(4, 2)'])('%s is numeric', (type) => {
  expect(isNumeric({ name: 'N', type, isKey: false })).toBe(true)
})

it.each(['STRING', 'ARRAY<INTEGER>', 'TIMESTAMP'])('%s is not numeric', (type) => {
  expect(isNumeric({ name: 'N', type, isKey: false })).toBe(false)
})

it('the lines of a push query and of a pull query say the same', () => {
  const header = { kind: 'header', queryId: 'q', columns: [{ name: 'A', type: 'STRING', isKey: false }] }
  const row = { kind: 'row', row: { values: ['x]'], isTombstone: false, arrivedAt: 7 } }
  const head = '{"header":{"queryId":"q","schema":"`A` STRING"}}'
  expect(readResultLine(`[${head},`, 7)).toEqual(header)
  expect(readResultLine(`[${head}`, 7)).toEqual(header)
  expect(readResultLine('{"row":{"columns":["x]"]}},', 7)).toEqual(row)
  expect(readResultLine(',{"row":{"columns":["x]"]}}]', 7)).toEqual(row)
  expect(readResultLine(']', 7)).toBeNull()
})

it('deleted rows, notices, ends and errors are told apart', () => {
  expect(readResultLine('{"row":{"columns":["x",null],"tombstone":true}},', 1)).toMatchObject({
    row: { isTombstone: true },
  })
  expect(readResultLine('{"notice":{"message":"2 records"}},', 1)).toEqual({ kind: 'notice', message: '2 records' })
  expect(readResultLine('{"finalMessage":"Limit Reached"}]', 1)).toEqual({ kind: 'end', message: 'Limit Reached' })
  expect(readResultLine('{"errorMessage":{"error_code":50000,"message":"broken"}}]', 1)).toMatchObject({
    kind: 'error',
    error: { message: 'broken' },
  })
})

it('a line of PRINT is a row whose JSON can be folded', () => {
  const line = 'rowtime: 2026/11/30 14:02:26.154 Z, key: u1, value: {"N":1,"S":"a, partition: 9"}, partition: 3'
  expect(readPrintLine(line, 5)?.values).toEqual(['2026/11/30 14:02:26.154 Z', 3, 'u1', { N: 1, S: 'a, partition: 9' }])
  expect(readPrintLine('rowtime: N/A, key: <null>, value: {broken, partition: 0', 5)?.values).toEqual([
    'N/A',
    0,
    null,
    '{broken',
  ])
  expect(readPrintLine('rowtime: N/A, key: k, value: <null>, partition: 0', 5)?.isTombstone).toBe(true)
  expect(readPrintLine('Key format: JSON', 5)).toBeNull()
})

it('lines are whole, however the body is cut', async () => {
  const bytes = new TextEncoder().encode('one\ntwö\n\nthree')
  for (const size of [1, 2, 3, 100]) {
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      bytes.slice(i * size, (i + 1) * size),
    )
    const lines: string[] = []
    for await (const some of linesOf(ReadableStream.from(pieces))) lines.push(...some)
    expect(lines).toEqual(['one', 'twö', 'three'])
  }
})

it('a consumer that leaves cancels the body', async () => {
  let isCancelled = false
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new TextEncoder().encode('row\n')),
    cancel: () => {
      isCancelled = true
    },
  })
  for await (const lines of linesOf(body)) {
    expect(lines[0]).toBe('row')
    break
  }
  expect(isCancelled).toBe(true)
})
