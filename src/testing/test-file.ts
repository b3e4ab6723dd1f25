/**
 * A file of SQL tests: `--@test: name` begins a test, which ends at the next one; `--@expected.error: class` and
 * `--@expected.message: text` say that it must fail. Source: "Test ksqlDB applications", ksqlDB documentation.
 */
import { type Location, StatementError } from '../errors.ts'
import { type Directive, directivesOf, type StatementPiece, splitStatements } from '../sql/split.ts'
import type { ExpectedError } from './expected-error.ts'

export interface SqlTest {
  readonly name: string
  /** Path of the file. */
  readonly file: string
  readonly location: Location
  readonly statements: readonly StatementPiece[]
  /** Null: the test must not fail. */
  readonly expectedError: ExpectedError | null
}

/** The tests of a file; without any `--@test` the whole file is one, named for the file. Throws StatementError with the place. */
export function readTests(text: string, file: string): SqlTest[] {
  const directives = directivesOf(text)
  const starts = directives.filter(({ name }) => name === 'test')
  const statements = splitStatements(text)
  if (starts.length === 0) {
    const whole = { name: 'test', value: file.replace(/^.*[\\/]/, ''), location: { line: 1, column: 1 } }
    return [testOf(whole, { file, statements, directives })]
  }
  const stray = statements.find(({ location }) => location.line < starts[0]!.location.line)
  if (stray !== undefined) {
    throw new StatementError('A statement stands before the first --@test. Move it into a test.', {
      location: stray.location,
    })
  }
  return starts.map((start, i) => {
    const end = starts[i + 1]?.location.line ?? Number.POSITIVE_INFINITY
    const isInside = ({ location: { line } }: { readonly location: Location }) =>
      line >= start.location.line && line < end
    return testOf(start, { file, statements: statements.filter(isInside), directives: directives.filter(isInside) })
  })
}

interface TestParts {
  readonly file: string
  readonly statements: readonly StatementPiece[]
  readonly directives: readonly Directive[]
}

const KNOWN = ['test', 'expected.error', 'expected.message']

function testOf(start: Directive, { file, statements, directives }: TestParts): SqlTest {
  const unknown = directives.find(({ name }) => !KNOWN.includes(name))
  if (unknown !== undefined) {
    throw new StatementError(
      `--@${unknown.name} is not known. A test has --@test, and may have --@expected.error and --@expected.message.`,
      { location: unknown.location },
    )
  }
  const textOf = (wanted: string) => directives.find(({ name }) => name === wanted)?.value ?? null
  const type = textOf('expected.error')
  const message = textOf('expected.message')
  return {
    name: start.value,
    file,
    location: start.location,
    statements,
    expectedError: type === null && message === null ? null : { type, message, cause: null, causeMessage: null },
  }
}
