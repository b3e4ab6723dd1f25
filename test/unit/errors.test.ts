import { describe, expect, it } from 'vitest'
import { ERRORS, isPeerClass, ParseError, StatementError } from '../../src/errors.ts'

describe('the error table', () => {
  it('has wire codes that are a hundred times the status plus a detail, each once', () => {
    const codes = Object.values(ERRORS)
    for (const { status, errorCode } of codes) expect(Math.floor(errorCode / 100)).toBe(status)
    expect(new Set(codes.map(({ errorCode }) => errorCode)).size).toBe(codes.length)
  })
})

describe('StatementError', () => {
  it('shows the statement in its full message once it is known', () => {
    const error = new StatementError('bad')
    expect(error.fullMessage).toBe('bad')
    expect(error.inStatement('SELECT 1').fullMessage).toBe('bad\nStatement: SELECT 1')
    expect(error.inStatement('a').inStatement('b').statement).toBe('a')
  })

  it('keeps everything else, and its class, when the statement is filled in', () => {
    const cause = new Error('why')
    const location = { line: 1, column: 2 }
    const error = new ParseError('bad', { code: 'BAD_REQUEST', location, cause, excerpt: '^' }).inStatement('x')
    expect(error).toBeInstanceOf(ParseError)
    expect(error).toMatchObject({ code: 'BAD_REQUEST', location, cause, excerpt: '^', statement: 'x' })
    expect(error.fullMessage).toBe('bad\n^')
  })
})

describe('isPeerClass', () => {
  it('follows the inheritance of the peer', () => {
    expect(isPeerClass('io.confluent.ksql.util.KsqlStatementException', 'io.confluent.ksql.util.KsqlException')).toBe(
      true,
    )
    expect(isPeerClass('io.confluent.ksql.util.KsqlException', 'io.confluent.ksql.util.KsqlStatementException')).toBe(
      false,
    )
  })
})
