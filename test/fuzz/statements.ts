/** SQL text: damaged statements, and text that never was one. */
import fc from 'fast-check'
import { ParseError } from '../../src/errors.ts'
import { formatStatement } from '../../src/sql/format-statement.ts'
import { parseStatements } from '../../src/sql/parse.ts'
import { splitStatements } from '../../src/sql/split.ts'
import { statement } from '../unit/sql/arbitrary-ast.ts'
import { expectErrors, fuzzTarget } from './target.ts'

const SYMBOLS = [
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
]
const WORDS = [' SELECT ', ' FROM ', ' NOT ', ' CASE ', ' END ', ' STRUCT', ' ARRAY', ' AS ', ' EXPLAIN ', ' WITHIN ']

/** Nested or long enough to exhaust a stack or to show an algorithm that is worse than linear. */
const big = fc
  .tuple(
    fc.constantFrom('(', '[', 'CASE WHEN ', 'ARRAY<', 'NOT ', '-', 'A->', 'a=>', '1+', "'", '$', ';'),
    fc.nat({ max: 3000 }),
  )
  .map(([part, count]) => part.repeat(count))

const fragment = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom(...SYMBOLS, '1e', '\0') },
  { weight: 20, arbitrary: fc.constantFrom(...WORDS) },
  { weight: 20, arbitrary: fc.string({ unit: 'binary', maxLength: 3 }) },
  { weight: 1, arbitrary: big },
)

/** Cuts something out of the text somewhere, and puts something else in. */
const mutation = fc.record({ at: fc.nat(), remove: fc.nat({ max: 6 }), insert: fragment })
const damaged = fc
  .tuple(statement.map(formatStatement), fc.array(mutation, { minLength: 1, maxLength: 4 }))
  .map(([sql, mutations]) =>
    mutations.reduce((text, { at, remove, insert }) => {
      const start = at % (text.length + 1)
      return text.slice(0, start) + insert + text.slice(start + remove)
    }, `${sql};`),
  )

const bytes = fc.uint8Array({ maxLength: 60 }).map((data) => Buffer.from(data).toString())

/** Showing the place in the text must not fail either. */
function withPlace(action: () => unknown): void {
  try {
    action()
  } catch (error) {
    if (error instanceof ParseError) void error.fullMessage
    throw error
  }
}

function parse(text: string): void {
  expectErrors(['ParseError'], () => withPlace(() => parseStatements(text)))
  splitStatements(text)
}

export const damagedStatements = fuzzTarget('damaged statements', damaged, parse)
export const anyText = fuzzTarget(
  'any text as SQL',
  fc.oneof(
    fc.array(fragment, { maxLength: 60 }).map((parts) => parts.join('')),
    bytes,
  ),
  parse,
)
