import fc from 'fast-check'
import { describe, it } from 'vitest'
import { ParseError } from '../../../src/errors.ts'
import { formatStatement } from '../../../src/sql/format-statement.ts'
import { parseStatements } from '../../../src/sql/parse.ts'
import { splitStatements } from '../../../src/sql/split.ts'
import { statement } from './arbitrary-ast.ts'

/** The nightly run sets it to many. */
const numRuns = Number(process.env['FUZZ_RUNS'] ?? 200)

const fragment = fc.oneof(
  fc.constantFrom(
    '(',
    ')',
    '[',
    ']',
    "'",
    '"',
    '`',
    ';',
    ',',
    '.',
    '->',
    '=>',
    ':=',
    '<',
    '>',
    '*',
    '--',
    '/*',
    '$',
    '${',
    '-',
    '1e',
    '\0',
  ),
  fc.constantFrom(
    ' SELECT ',
    ' FROM ',
    ' NOT ',
    ' CASE ',
    ' END ',
    ' STRUCT',
    ' ARRAY',
    ' AS ',
    ' EXPLAIN ',
    ' WITHIN ',
  ),
  fc.string({ unit: 'binary', maxLength: 3 }),
)

/** Cuts something out of the text somewhere, and puts something else in. */
const mutation = fc.record({ at: fc.nat(), remove: fc.nat({ max: 6 }), insert: fragment })
const mutated = fc
  .tuple(statement.map(formatStatement), fc.array(mutation, { minLength: 1, maxLength: 4 }))
  .map(([sql, mutations]) =>
    mutations.reduce((text, { at, remove, insert }) => {
      const start = at % (text.length + 1)
      return text.slice(0, start) + insert + text.slice(start + remove)
    }, `${sql};`),
  )

describe('a damaged statement', () => {
  it('parses or is refused with a ParseError, in bounded time', () => {
    fc.assert(
      fc.property(mutated, (text) => {
        const start = performance.now()
        expectParseErrorAtMost(() => parseStatements(text))
        splitStatements(text)
        if (performance.now() - start > 2000) throw new Error('took more than two seconds')
      }),
      { numRuns },
    )
  })

  it('so does any text', () => {
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 60 }), (fragments) =>
        expectParseErrorAtMost(() => parseStatements(fragments.join(''))),
      ),
      { numRuns },
    )
  })
})

function expectParseErrorAtMost(run: () => unknown): void {
  try {
    run()
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    void error.fullMessage
  }
}
