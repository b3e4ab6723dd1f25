import { expect, it } from 'vitest'
import { PLAIN_STYLE, type Style } from '../../../../src/cli/output/style.ts'
import { highlight } from '../../../../src/cli/repl/highlight.ts'

const marks: Style = {
  ...PLAIN_STYLE,
  blue: (text) => `<${text}>`,
  green: (text) => (text === '' ? '' : `'${text}'`),
  cyan: (text) => `#${text}#`,
  dim: (text) => (text === '' ? '' : `~${text}~`),
}

it.each([
  ["SELECT a FROM s WHERE b = 'x';", null, "<SELECT> a <FROM> s <WHERE> b = ''x'';"],
  ['select 1.5 + x2', null, '<select> #1.5# + x2'],
  ["WHERE a = 'SELECT", null, "<WHERE> a = ''SELECT'"],
  ["still open' AND 1", "'", "'still open'' <AND> #1#"],
  ['a comment */ FROM s', '/*', '~a comment */~ <FROM> s'],
  ['a -- FROM', null, 'a ~-- FROM~'],
  ['`SELECT` "FROM"', null, '`SELECT` "FROM"'],
] as const)('colours %s', (line, opener, expected) => {
  expect(highlight(line, marks, opener)).toBe(expected)
})

it('leaves every character where it is', () => {
  const line = `CREATE STREAM "a b" (x INT) WITH (kafka_topic='it''s', partitions=4); -- end /* '`
  expect(highlight(line, PLAIN_STYLE, null)).toBe(line)
})
