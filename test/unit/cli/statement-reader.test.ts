import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { statementKind } from '../../../src/cli/statement-kind.ts'
import { StatementReader } from '../../../src/cli/statement-reader.ts'

function read(...lines: string[]): { statements: string[]; reader: StatementReader } {
  const reader = new StatementReader()
  return { statements: lines.flatMap((line) => reader.push(line)), reader }
}

describe('StatementReader', () => {
  it('waits for the semicolon', () => {
    const { statements, reader } = read('SELECT *', 'FROM s;')
    expect(statements).toEqual(['SELECT *\nFROM s;'])
    expect(reader.isPending).toBe(false)
  })

  it('takes several statements from a line and keeps the rest', () => {
    const { statements, reader } = read('SHOW STREAMS; SHOW TABLES; SELECT')
    expect(statements).toEqual(['SHOW STREAMS;', 'SHOW TABLES;'])
    expect(reader.isPending).toBe(true)
    expect(reader.push('1;')).toEqual(['SELECT\n1;'])
  })

  it.each([
    ['quotes', ["INSERT INTO s VALUES ('a;", "b');"]],
    ['names', ['SELECT `a;', '` FROM s;']],
    ['line comments', ['SELECT 1 -- not; here', ';']],
    ['comments over lines', ['SELECT 1 /* not;', 'here; */ ;']],
  ])('passes over semicolons in %s', (_where, lines) => {
    const { statements, reader } = read(...lines)
    expect(statements).toEqual([lines.join('\n')])
    expect(reader.isPending).toBe(false)
  })

  it('forgets what was typed when it is told to', () => {
    const { reader } = read("SELECT 'open")
    reader.clear()
    expect(reader.isPending).toBe(false)
    expect(reader.push('SHOW TOPICS;')).toEqual(['SHOW TOPICS;'])
  })

  it('finds the same statements however the text is cut into lines', () => {
    const part = fc.constantFrom('SELECT', "'a;b'", '`x;`', '1', '-- c;\n', '/* d; */', 'é')
    fc.assert(
      fc.property(fc.array(fc.array(part, { minLength: 1 }), { minLength: 1 }), (parts) => {
        const statements = parts.map((words) => `SHOW ${words.join(' ')};`)
        expect(read(...statements.join('\n').split('\n')).statements).toEqual(statements)
      }),
      { numRuns: 200 },
    )
  })
})

describe('statementKind', () => {
  it.each([
    ['select * from s;', 'query'],
    ['-- why\n  PRINT t;', 'print'],
    ["SET 'a'='b';", 'set'],
    ['UNDEFINE x;', 'undefine'],
    ['CREATE STREAM s AS SELECT * FROM t;', 'other'],
    ['', 'other'],
  ])('of %j is %s', (statement, kind) => {
    expect(statementKind(statement)).toBe(kind)
  })
})
