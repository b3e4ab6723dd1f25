import { describe, expect, it } from 'vitest'
import { isPeerClass, ParseError } from '../../../src/errors.ts'
import { parseExpression, parseStatements } from '../../../src/sql/parse.ts'

function errorOf(text: string): ParseError {
  try {
    parseStatements(text)
  } catch (error) {
    if (error instanceof ParseError) return error
    throw error
  }
  throw new Error(`parses: ${text}`)
}

describe('a syntax error', () => {
  it.each([
    ['FOO x;', "line 1:1: Syntax Error\nUnknown statement 'FOO'"],
    ['SELEC * FROM x;', "Unknown statement 'SELEC'\nDid you mean 'SELECT'?"],
    ["RUN SCRIPT 'foo';", "line 1:1: Syntax Error\nUnknown statement 'RUN'"],
    ['ASSERT VALUES foo VALUES (1);', "Syntax error at or near 'VALUES' at line 1:8"],
    ['CREATE FOO;', "line 1:8: Syntax Error\nSyntax error at or near 'FOO' at line 1:8"],
    ['SELECT CAST(a AS NULL) FROM s;', "Syntax error at or near 'NULL' at line 1:18"],
    ['SELECT a FROM s WHERE (a;', `Syntax error at or near ";"\n'}', ']', or ')' is missing`],
    ['CREATE STREAM s (k STRING (KEY));', "line 1:28: Syntax Error\nExpecting {'STRING', INTEGER_VALUE}"],
    ['CREATE STREAM s (k VARCHAR(STRING) (KEY));', "line 1:36: Syntax Error\nExpecting {',', ')'}"],
    ['SELECT a FROM s GROUP BY b, (c, d);', "line 1:31: Syntax Error\nmissing ')' at ','"],
    ['SELECT a FROM s', "line 1:16: Syntax Error\nmissing ';' at '<EOF>'"],
    ['DROP STREAM a b;', "line 1:15: Syntax Error\nExpecting ';'"],
    ['SELECT a b c FROM s;', "line 1:12: Syntax Error\nExpecting {',', 'FROM'}"],
  ])('in %s', (text, message) => {
    expect(errorOf(text).message).toContain(message)
  })

  it('advises to quote a reserved word where a name is due', () => {
    const advice = `"size" is a reserved keyword and it can't be used as an identifier. You can use it as an identifier by escaping it as 'size' `
    for (const text of [
      'SELECT a, size FROM s;',
      'SELECT a FROM size;',
      'CREATE STREAM s (a INT, size INT);',
      'CREATE STREAM size (a INT);',
    ]) {
      expect(errorOf(text).message).toContain(advice)
    }
  })

  it('does not advise to quote a reserved word where no name could stand', () => {
    expect(errorOf('SELECT * FROM s CLUSTER BY a;').message).not.toContain('reserved keyword')
  })

  it('counts lines over the whole text and shows its own statement, the line and a mark', () => {
    const error = errorOf('SHOW STREAMS;\nSELECT a\n  FROM 5;\nSHOW TABLES;')
    expect(error.location).toEqual({ line: 3, column: 8 })
    expect(error.fullMessage).toBe(
      '5 cannot stand here after FROM.\nline 3:8: Syntax Error\n\nStatement: SELECT a\n  FROM 5;\n       ^',
    )
  })

  it('says so when a quote is never closed', () => {
    expect(errorOf("SELECT 'abc FROM s;").fullMessage).toBe(
      "The quote that opens at line 1:8 is never closed: add a ' where its text ends.\nline 1:8: Syntax Error\n\n" +
        "Statement: SELECT 'abc FROM s;\n                  ^",
    )
  })

  it('is not explained further after very many tokens', () => {
    const error = errorOf(`SELECT a FROM s WHERE a IN (${'1, '.repeat(1000)});`)
    expect(error.message).toBe('There is a comma too many before ).\nline 1:3029: Syntax Error\n')
    expect(error.excerpt!.endsWith('^')).toBe(true)
  })

  it('cuts a long line around the place', () => {
    expect(errorOf(`SELECT ${'a, '.repeat(1000)} FROM s;`).excerpt!.length).toBeLessThan(300)
  })

  it('carries the peer class that clients ask for', () => {
    const { peerClass } = errorOf('FOO;')
    expect(isPeerClass(peerClass, 'io.confluent.ksql.parser.exception.ParseFailedException')).toBe(true)
    expect(isPeerClass(peerClass, 'io.confluent.ksql.util.KsqlException')).toBe(true)
    expect(isPeerClass(peerClass, 'org.apache.kafka.streams.errors.StreamsException')).toBe(false)
  })
})

describe('an error of meaning', () => {
  it('holds its statement too', () => {
    const error = errorOf('SHOW STREAMS; SELECT a FROM s LIMIT 1.5;')
    expect(error.statement).toBe('SELECT a FROM s LIMIT 1.5;')
  })
})

describe('a statement that is too large', () => {
  const tooLarge = /^The statement is too large to parse: /
  it.each([
    ['brackets', `${'('.repeat(200)}a${')'.repeat(200)}`],
    ['very many brackets', '('.repeat(50_000)],
    ['cases', `${'CASE WHEN a THEN '.repeat(5000)}b${' END'.repeat(5000)}`],
    ['branches', `CASE ${'WHEN a THEN b '.repeat(1500)}END`],
    ['types', `CAST(a AS ${'ARRAY<'.repeat(20_000)}INT${'>'.repeat(20_000)})`],
    ['operators', `a${' OR a'.repeat(20_000)}`],
    ['signs', `${'- '.repeat(20_000)}a`],
    ['words', `a IN (${'1, '.repeat(60_000)}1)`],
    ['characters', `'${'x'.repeat(5_000_000)}'`],
  ])('is refused: %s', (_, text) => {
    expect(() => parseExpression(text)).toThrow(tooLarge)
  })

  it('is refused: EXPLAIN', () => {
    expect(() => parseStatements(`${'EXPLAIN '.repeat(20_000)}SHOW STREAMS;`)).toThrow(tooLarge)
  })

  it('leaves the parser ready for the next one', () => {
    expect(() => parseExpression(`CAST(a AS ${'ARRAY<'.repeat(20_000)}INT`)).toThrow(tooLarge)
    expect(parseExpression('a').kind).toBe('columnReference')
  })

  it('is not refused at a hundred levels or a thousand operators', () => {
    expect(parseExpression(`${'f('.repeat(100)}a${')'.repeat(100)}`).kind).toBe('functionCall')
    expect(parseExpression(`a${' OR a'.repeat(1000)}`).kind).toBe('logicalBinary')
  })
})
