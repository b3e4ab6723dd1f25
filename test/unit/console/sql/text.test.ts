import { expect, it } from 'vitest'
import { placeIn, serverFault, shortMessage, syntaxFaults } from '../../../../src/console/sql/text/diagnostics.ts'
import { pieceAt, piecesOf, useOf, withSemicolon } from '../../../../src/console/sql/text/pieces.ts'

const TEXT = `-- first
SHOW STREAMS;

SELECT ';' FROM s
  EMIT CHANGES; SHOW TABLES`

it('statements are found with their places', () => {
  expect(piecesOf(TEXT).map(({ text, from, to }) => [text, TEXT.slice(from, to)])).toEqual([
    ['SHOW STREAMS;', 'SHOW STREAMS;'],
    ["SELECT ';' FROM s\n  EMIT CHANGES;", "SELECT ';' FROM s\n  EMIT CHANGES;"],
    ['SHOW TABLES', 'SHOW TABLES'],
  ])
})

it.each([
  [0, 'SHOW STREAMS;'],
  [TEXT.indexOf('STREAMS'), 'SHOW STREAMS;'],
  [TEXT.indexOf(';') + 1, 'SHOW STREAMS;'],
  [TEXT.indexOf('EMIT'), "SELECT ';' FROM s\n  EMIT CHANGES;"],
  [TEXT.length, 'SHOW TABLES'],
])('the statement at offset %i', (offset, text) => {
  expect(pieceAt(TEXT, offset)?.text).toBe(text)
})

it('an empty text has no statement', () => {
  expect(pieceAt('  -- nothing', 3)).toBeNull()
})

it('each wrong statement is marked at its place', () => {
  const text = 'SHOW STREAMS;\nSELECT * FRM s;\n\nSELEC 1'
  expect(syntaxFaults(text).map(({ from, to, message }) => [text.slice(from, to), message])).toEqual([
    ['FRM', expect.stringContaining('FRM')],
    ['SELEC', expect.stringContaining("Did you mean 'SELECT'?")],
  ])
})

it('statements with variables are left to the server', () => {
  expect(syntaxFaults('SELECT ${broken FROM;')).toEqual([])
})

it('a refusal of the server is marked in the statement that it is about', () => {
  const [, piece] = piecesOf(TEXT)
  const fault = serverFault('Line: 1, Col: 17: s cannot be resolved.\nStatement: SELECT', piece!, TEXT)
  expect([TEXT.slice(fault.from, fault.to), fault.message]).toEqual(['s', 's cannot be resolved.'])
  const whole = serverFault('no place', piece!, TEXT)
  expect(TEXT.slice(whole.from, whole.to)).toBe(piece!.text)
  expect(placeIn('x\n   ^ line 2:4')).toEqual({ line: 2, column: 4 })
})

it('a message is shown without what the editor shows by itself', () => {
  expect(shortMessage('line 1:1: Syntax Error\nUnknown\nStatement: X\n  ^')).toBe('Unknown')
})

it.each([
  ['SELECT * FROM s EMIT CHANGES;', { kind: 'query' }],
  ['PRINT t;', { kind: 'print' }],
  ["SET 'auto.offset.reset'='latest';", { kind: 'set', name: 'auto.offset.reset', value: 'latest' }],
  ["UNSET 'auto.offset.reset';", { kind: 'unset', name: 'auto.offset.reset' }],
  ["DEFINE n = 'x';", { kind: 'define', name: 'N', value: 'x' }],
  ['UNDEFINE n;', { kind: 'undefine', name: 'N' }],
  ['SHOW STREAMS;', { kind: 'statement' }],
])('what is done with %s', (text, use) => {
  expect(useOf(text)).toEqual(use)
})

it('a last statement gets its semicolon', () => {
  expect(withSemicolon('SHOW STREAMS  ')).toBe('SHOW STREAMS;')
  expect(withSemicolon('SHOW STREAMS;')).toBe('SHOW STREAMS;')
})
