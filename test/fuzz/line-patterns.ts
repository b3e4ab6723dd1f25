/** Patterns of lines that users write, and lines that they meet: a pattern is refused with a reason, or it reads every line within its time. */
import fc from 'fast-check'
import { FORMATS } from '../../src/serde/index.ts'
import { patternOfGrok } from '../../src/serde/lines/grok.ts'
import { type LinePattern, patternOfRegex } from '../../src/serde/lines/line-pattern.ts'
import { STRING } from '../../src/types/sql-type.ts'
import { payloadReader } from '../unit/serde/serde.ts'
import { expectErrors, fuzzTarget } from './target.ts'

/** Parts that make expressions ambiguous, or wrong. */
const PARTS = fc.constantFrom(
  ...[
    '(?<a>',
    '(?:',
    '(',
    ')',
    ')*',
    ')+',
    '|',
    '.*',
    '.*?',
    '\\S+',
    '\\w*',
    '[^"]*',
    '\\d{1,3}',
    '^',
    '$',
    '(?=',
    '(?<!',
    '\\b',
    'a',
    ' ',
    '"',
  ],
)
const GROK_PARTS = fc.constantFrom(
  ...[
    '%{WORD:a}',
    '%{DATA}',
    '%{GREEDYDATA:a}',
    '%{IP}',
    '%{URI:a}',
    '%{COMBINEDAPACHELOG}',
    '%{OWN:a:int}',
    '%{',
    '%{NOPE}',
  ],
)
const OWN_PARTS = fc.constantFrom('OWN \\d+', 'OWN %{OWN}', 'OWN (x+x+)+', 'WORD .*', '#', '', 'broken')

const texts = (parts: fc.Arbitrary<string>) =>
  fc.array(parts, { minLength: 1, maxLength: 10 }).map((all) => all.join(''))
const lines = fc.array(
  fc.oneof(
    fc.string({ maxLength: 60 }),
    fc
      .tuple(fc.constantFrom('a', '"', ' ', '1.', '::', '/', 'xX'), fc.nat({ max: 2000 }))
      .map(([part, count]) => part.repeat(count)),
  ),
  { minLength: 1, maxLength: 3 },
)

const input = fc.record({
  grok: texts(fc.oneof(GROK_PARTS, PARTS)),
  own: fc.array(OWN_PARTS, { maxLength: 3 }).map((all) => all.join('\n')),
  regex: texts(PARTS),
  lines,
})

export const linePatterns = fuzzTarget('patterns of lines', input, ({ grok, own, regex, lines: read }) => {
  expectErrors(['Error'], () => readLines('GROK', patternOfGrok(grok, own), read))
  expectErrors(['Error'], () => readLines('REGEX', patternOfRegex(regex), read))
})

/** Throws for an answer that is neither a row nor an error with a message. */
function readLines(name: 'GROK' | 'REGEX', line: LinePattern, texts: readonly string[]): void {
  if (!line.fields.some((field) => field.name === 'a')) return
  const columns = [{ name: 'a', type: STRING }]
  const read = payloadReader({ format: FORMATS[name], columns, line })
  for (const text of texts) {
    const result = read(text)
    const isAnswer = Array.isArray(result) || (result !== null && 'message' in result && result.message !== '')
    if (!isAnswer) throw new TypeError(`neither a row nor an error with a message: ${JSON.stringify(result)}`)
  }
}
