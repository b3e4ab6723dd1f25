import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { regexFunctions } from '../../../src/functions/scalar/regex.ts'
import { toJavaScript } from '../../../src/regex/java-regex/javascript.ts'
import { Matcher } from '../../../src/regex/java-regex/matcher.ts'
import { parseJavaRegex } from '../../../src/regex/java-regex/parse.ts'
import { compileProgram } from '../../../src/regex/java-regex/program.ts'
import { compileJavaRegex } from '../../../src/regex/java-regex.ts'
import { cpuTime } from '../../support/cpu-time.ts'
import { invoke } from './invoke.ts'

const groupsOf = (pattern: string, text: string) => compileJavaRegex(pattern).find(text, 0)?.groups.slice() ?? null

const matchOf = (native: RegExp, text: string) => {
  const match = native.exec(text)
  return match && Array.from(match)
}

describe('Java regular expressions', () => {
  const CASES: [pattern: string, text: string, groups: (string | null)[] | null][] = [
    ['^(\\S+) (\\S+)$', 'GET /a', ['GET /a', 'GET', '/a']],
    ['(?i)héLLO', 'HéllO', ['HéllO']],
    ['(?i)É', 'é', null],
    ['(?iu)É', 'é', ['é']],
    ['a(?i)b(?-i)c|(?i:D)e', 'aBc', ['aBc']],
    ['a(?i)b(?-i)c|(?i:D)e', 'dE', null],
    ['[a-z&&[^b-d]&&[^x]]+', 'bafex', ['afe']],
    ['[[ab]&&[bc]]', 'abc', ['b']],
    ['[]a]+', 'a]', ['a]']],
    ['[^]a]', 'a]b', ['b']],
    ['[a\\-\\]]+', '-]a', ['-]a']],
    ['[\\w-]+', 'a-b', ['a-b']],
    ['a++b', 'aaab', ['aaab']],
    ['a*+a', 'aaa', null],
    ['(?>a+|b)ab', 'aaab', null],
    ['\\Qa.b\\E+', 'xa.bbb', ['a.bbb']],
    ['\\Qa.b', 'a.b', ['a.b']],
    ['\\p{Alpha}+\\h\\d{2}', 'é foo\u00a012', ['foo\u00a012']],
    ['\\p{L}+', '12Жаб', ['Жаб']],
    ['\\p{IsGreek}\\P{Lu}', 'abΓγ', ['Γγ']],
    ['\\p{javaUpperCase}', 'aÉ', ['É']],
    ['(?U)\\w+', '-été', ['été']],
    ['\\w+', '-été', ['t']],
    ['(\\w)\\1', 'hello', ['ll', 'l']],
    ['(?<l>\\w)\\k<l>', 'hello', ['ll', 'l']],
    ['(a)?\\1b', 'b', null],
    ['\\d+\\Z', 'on 2020\r\n', ['2020']],
    ['\\d+\\z', 'on 2020\n', null],
    ['^\\w+$', 'ab\r\n', ['ab']],
    ['(?d)^\\w+$', 'ab\r\n', null],
    ['(?m)^b$', 'a\r\nb\r\nc', ['b']],
    ['(?m)^$', 'a\n', null],
    ['a.b', 'a\nb', null],
    ['(?s)a.b', 'a\nb', ['a\nb']],
    ['(?<=ab?)c', 'abc', ['c']],
    ['(?<=(ab?))c', 'abc', ['c', 'ab']],
    ['(?<!a)b', 'abcb', ['b']],
    ['(?=(\\w+) )\\w', 'ab c', ['a', 'ab']],
    ['(?!foo)\\b\\w+', 'foo bar', ['bar']],
    ['(a)|b(c)?', 'b', ['b', null, null]],
    ['(?:(a)|b)*', 'ab', ['ab', 'a']],
    ['(a*)*', 'b', ['', '']],
    ['(a|b*)*c', 'abbc', ['abbc', '']],
    ['a{2}b{1,}c{0,1}', 'aaabb', ['aabb']],
    ['x*?y', 'xxy', ['xxy']],
    ['.', '😀', ['😀']],
    ['^.$', '😀', ['😀']],
    ['\\x{1F600}|\\ud83d\\ude01', '😁', ['😁']],
    ['\\x41\\u0042\\0103\\t', 'ABC\t', ['ABC\t']],
    ['\\R', '\r\n', ['\r\n']],
    ['(?x) a b # comment\n c', 'abc', ['abc']],
    ['', 'abc', ['']],
  ]

  it.each(CASES)('%j on %j', (pattern, text, groups) => {
    expect(groupsOf(pattern, text)).toEqual(groups)
  })

  const ALL_MATCHES: [pattern: string, text: string, matches: string[]][] = [
    // Classes by name.
    ['\\p{IsDigit}', '1a٣', ['1', '٣']],
    ['\\p{IsdIgIt}+', '1a٣', ['1', '٣']],
    ['\\p{IsAlnum}+', 'é1-b', ['é1', 'b']],
    ['\\p{IsWord}+', 'é_1-b', ['é_1', 'b']],
    ['\\p{IsXDigit}+', 'fg7', ['f', '7']],
    ['\\p{IsWhiteSpace}', 'a\u2003b', ['\u2003']],
    ['\\p{IsWhite_Space}', 'a\u2003b', ['\u2003']],
    ['\\p{IsAssigned}', 'a\u0378', ['a']],
    ['\\p{InGreek}+', 'aΓγ', ['Γγ']],
    ['\\p{InGreekandCoptic}+', 'aΓγ', ['Γγ']],
    ['\\p{InBASIC_LATIN}+', 'aΓ', ['a']],
    ['\\p{block=BasicLatin}+', 'aΓ', ['a']],
    ['\\p{blk=Latin-1 Supplement}', 'aé', ['é']],
    ['\\p{sc=Grek}+|\\p{script=cyrillic}+', 'aΓЖ', ['Γ', 'Ж']],
    ['\\p{gc=Lu}', 'aB', ['B']],
    ['\\p{javaDefined}', 'a\u0378', ['a']],
    ['\\p{javaSpaceChar}', '\t\u2028', ['\u2028']],
    ['\\p{javaISOControl}', 'a\u0085', ['\u0085']],
    ['\\p{javaMirrored}', 'a(', ['(']],
    ['\\p{javaJavaIdentifierStart}\\p{javaJavaIdentifierPart}*', '1$a1 b', ['$a1', 'b']],
    ['\\p{javaUnicodeIdentifierStart}\\p{javaUnicodeIdentifierPart}*', '1$a1', ['a1']],
    // Case.
    ['(?iu)k', 'kK\u212a', ['k', 'K', '\u212a']],
    ['(?iu)[j-l]', '\u212a', ['\u212a']],
    ['(?iu)\u212a', 'kK', ['k', 'K']],
    ['(?iu)[^k]', '\u212ak', []],
    ['(?iu)\\w', '\u212a', []],
    ['(?iu)i', '\u0131\u0130I', ['\u0131', '\u0130', 'I']],
    ['(?i)\\p{Lu}', 'ßa1\u01c5', ['ß', 'a', '\u01c5']],
    ['(?i)\\P{Lu}', 'ßa1', ['1']],
    ['(?i)\\p{Lower}', 'ßaA', ['a', 'A']],
    ['(?i)\\p{javaUpperCase}', 'ßa', ['ß', 'a']],
    ['(?i)\\p{IsTitlecase}', 'ßA', ['ß', 'A']],
    ['(?i)[\\p{Lower}&&a]', 'Aab', ['A', 'a']],
    // Intersections with a side missing.
    ['[&&a]', '&ab', ['a']],
    ['[a&&]', '&ab', ['a']],
    ['[a&&&b]', '&ab', ['&', 'a', 'b']],
    ['[ab&&b&&&a]', '&ab', ['a', 'b']],
    ['[^&&a]', '&ab', ['&', 'b']],
    // Further ranges behind a quantifier.
    ['x{2}{3}', 'xxxxxxx', ['xx', 'xx', 'xx']],
    ['x+{3}', 'xxxx', ['xxxx']],
    ['x{2}+{3}?y', 'xxxy', ['xxy']],
    // Line breaks.
    ['(?m)^', '', []],
    ['(?m)$', '', ['']],
    ['^', '', ['']],
    ['\\R{2}', '\r\n', []],
    ['(\\R){2}', '\r\n', []],
    ['\\R\\R', '\r\n', ['\r\n']],
    ['(?:\\R|x){2}', '\r\n', ['\r\n']],
    ['\\R?\\n', '\r\n', ['\n']],
    ['\\R+', 'a\r\n\n\rb', ['\r\n\n\r']],
    // The end of the last match.
    ['\\G\\d', '12a34', ['1', '2']],
    ['\\Ga*', 'aab', ['aa', '']],
    ['\\G', 'ab', ['']],
    ['(?:\\G|,)x', 'xx,x', ['x', 'x', ',x']],
    ['a\\G', 'aa', []],
    ['(?<=\\G)a', 'aa', ['a', 'a']],
    // Characters as readers see them.
    ['\\X', 'e\u0301a\r\nb', ['e\u0301', 'a', '\r\n', 'b']],
    ['\\X{2}', 'e\u0301a\r\nb', ['e\u0301a', '\r\nb']],
    ['.\\X', 'e\u0301\u0302a', ['e\u0301\u0302']],
    ['.\\X', '\u{1f1e9}\u{1f1ea}\u{1f1eb}\u{1f1f7}', ['\u{1f1e9}\u{1f1ea}\u{1f1eb}']],
    ['\\X', '👨‍👩‍👧x', ['👨‍👩‍👧', 'x']],
    ['\\X', '', []],
    ['\\b{g}.', 'e\u0301a', ['e', 'a']],
    ['\\b{g}', '', ['']],
  ]

  it.each(ALL_MATCHES)('all matches of %j in %j', (pattern, text, matches) => {
    expect(Array.from(compileJavaRegex(pattern).findAll(text), ({ groups }) => groups[0])).toEqual(matches)
  })

  it('says what to write instead of a character by its name', () => {
    expect(() => compileJavaRegex('\\N{DIGIT ONE}')).toThrow(
      '\\N{name} is not supported; write the character itself, or \\x{hexadecimal code point}',
    )
  })

  it('reads a cluster of any length, and many of them, in time that grows with the text', () => {
    const cluster = `e${'\u0301'.repeat(20_000)}`
    expect(compileJavaRegex('^\\X$').find(cluster, 0)?.end).toBe(cluster.length)
    expect([...compileJavaRegex('\\X').findAll('e\u0301'.repeat(20_000))]).toHaveLength(20_000)
    // Enters the cluster at each of its code points, again and again.
    expect([...compileJavaRegex('(?=(?:\\X*?e++|$*?a?)+)').findAll(cluster)]).toHaveLength(20_002)
  })

  it.each([
    '(a',
    'a)',
    '[a',
    '*',
    'a{2,1}',
    'a{x}',
    '{',
    '\\y',
    '\\k<n>',
    '(?<1>a)',
    '(?<n>a)(?<n>b)',
    '(?<=(?:ab)*)c',
    '\\p{Nonsense}',
    '[b-a]',
    '\\N{DIGIT ONE}',
    '[\\N{DIGIT ONE}]',
    '(?<=\\X)a',
    'x{2}{3}*',
    'x{2}{bad}',
    'x{2}{5,2}',
    '[&&&a]',
    '\\p{Greek}',
    '\\p{lu}',
    '\\p{InNowhere}',
    '\\p{IsNowhere}',
    '\\p{age=5}',
    '(?z)a',
    '((a{1000}){1000}){1000}',
  ])('refuses %j', (pattern) => {
    expect(() => compileJavaRegex(pattern)).toThrow(`Invalid regular expression pattern: ${pattern}`)
  })

  it.each([
    ['(a+)+$', `${'a'.repeat(20_000)}b`],
    ['(.*a){20}', `${'a'.repeat(19)}${'b'.repeat(5000)}`],
    ['(x+x+)+y', 'x'.repeat(20_000)],
    ['(a|aa)+$', `${'a'.repeat(20_000)}b`],
    ['(a?){30}a{30}', 'a'.repeat(29)],
    ['\\s+$', `${' '.repeat(100_000)}x`],
  ])('answers for %j on a text that makes plain backtracking take endlessly long', (pattern, text) => {
    const ms = cpuTime(() => expect(groupsOf(pattern, text)).toBeNull())
    expect(ms).toBeLessThan(2000)
  })

  it('stops with an error where backtracking is needed and takes too many steps', () => {
    expect(() => groupsOf('(x+x+)+y\\1', 'x'.repeat(5000))).toThrow('it needs more than 2000000 steps')
    expect(() => groupsOf('(?=(a+)+$)a', `${'a'.repeat(100)}b`)).toThrow('steps')
  })

  it('gives the same on both engines', () => {
    const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', 'ab', '\\b', '^', '$', '(?=b)', '(?!a)')
    const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
      pattern: fc.oneof(
        { maxDepth: 4 },
        atom,
        fc.tuple(tie('pattern'), tie('pattern')).map((parts) => parts.join('')),
        fc.tuple(tie('pattern'), tie('pattern')).map(([left, right]) => `(?:${left}|${right})`),
        tie('pattern').map((inner) => `(${inner})`),
        fc
          .tuple(tie('pattern'), fc.constantFrom('*', '+', '?', '*?', '{1,2}'))
          .map(([inner, mark]) => `(?:${inner})${mark}`),
      ),
    }))
    fc.assert(
      fc.property(pattern, fc.string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength: 8 }), (source, text) => {
        const { root, groupCount } = parseJavaRegex(source)
        const native = toJavaScript(root)
        if (native === null) return
        const slots = new Matcher(compileProgram(root, groupCount)).find(text, 0)
        const own =
          slots &&
          Array.from({ length: groupCount + 1 }, (_, i) =>
            slots[2 * i + 1] === -1 ? undefined : text.slice(slots[2 * i], slots[2 * i + 1]),
          )
        expect(own).toEqual(matchOf(native, text))
      }),
      { numRuns: 3000 },
    )
  })

  it('asks the engine once for the same text', () => {
    const regex = compileJavaRegex('(\\w+) once')
    expect(regex.findFirst('ask once')).toBe(regex.findFirst('ask once'))
    expect(regex.findFirst('not twice')).toBeNull()
  })
})

const CASES: [signature: string, args: unknown[], result: unknown][] = [
  ['REGEXP_EXTRACT(STRING, STRING)', ['test.', 'some_test_string'], 'test_'],
  ['REGEXP_EXTRACT(STRING, STRING)', ['test.', 'nothing'], null],
  ['REGEXP_EXTRACT(STRING, STRING)', [null, 'nothing'], null],
  ['REGEXP_EXTRACT(STRING, STRING, INT)', ['(\\w+) (\\w+)', 'a b c d', 2], 'b'],
  ['REGEXP_EXTRACT(STRING, STRING, INT)', ['(\\w+) (\\w+)', 'a b c d', 3], null],
  ['REGEXP_EXTRACT(STRING, STRING, INT)', ['(\\w+)', 'a', null], null],
  ['REGEXP_EXTRACT(STRING, STRING, INT)', ['(x)?a', 'a', 1], null],
  ['REGEXP_EXTRACT_ALL(STRING, STRING)', ['test.', 'some_test_string_testabab'], ['test_', 'testa']],
  ['REGEXP_EXTRACT_ALL(STRING, STRING)', ['test.', 'none'], []],
  ['REGEXP_EXTRACT_ALL(STRING, STRING)', ['test.', null], null],
  ['REGEXP_EXTRACT_ALL(STRING, STRING)', ['', 'a😀'], ['', '', '']],
  ['REGEXP_EXTRACT_ALL(STRING, STRING, INT)', ['(\\w+) (\\w*)', 'apurva mehta agavra ', 2], ['mehta', '']],
  ['REGEXP_EXTRACT_ALL(STRING, STRING, INT)', ['(\\w+)', 'a b', 2], null],
  ['REGEXP_REPLACE(STRING, STRING, STRING)', ['baabbabaa', '(ab)+', 'cat'], 'bacatbcataa'],
  [
    'REGEXP_REPLACE(STRING, STRING, STRING)',
    ['John Doe', '(?<f>\\w+) (\\w+)', `$2, ${'$'}{f}\\$$11`],
    'Doe, John$John1',
  ],
  ['REGEXP_REPLACE(STRING, STRING, STRING)', ['abc', 'x*', '-'], '-a-b-c-'],
  ['REGEXP_REPLACE(STRING, STRING, STRING)', ['abc', null, '-'], null],
  ['REGEXP_SPLIT_TO_ARRAY(STRING, STRING)', ['.a..b.', '[.]'], ['', 'a', '', 'b', '']],
  ['REGEXP_SPLIT_TO_ARRAY(STRING, STRING)', ['abc', '(x|y)'], ['abc']],
  ['REGEXP_SPLIT_TO_ARRAY(STRING, STRING)', ['a😀', ''], ['a', '😀']],
  ['REGEXP_SPLIT_TO_ARRAY(STRING, STRING)', [null, ''], null],
]

describe('regular expression functions', () => {
  it.each(CASES)('%s of %j', (signature, args, result) => {
    expect(invoke(regexFunctions, signature, args)).toEqual(result)
  })

  it.each([
    ['REGEXP_EXTRACT_ALL(STRING, STRING)', ['(', 'a'], 'Invalid regular expression pattern: ('],
    ['REGEXP_REPLACE(STRING, STRING, STRING)', ['a', 'a', '$2'], 'no group 2'],
    ['REGEXP_REPLACE(STRING, STRING, STRING)', ['a', 'a', '$x'], 'must be followed by a group'],
    ['REGEXP_REPLACE(STRING, STRING, STRING)', ['a', 'a', `${'$'}{x}`], 'no group <x>'],
    ['REGEXP_REPLACE(STRING, STRING, STRING)', ['a', 'a', '\\'], 'backslash'],
  ] as [string, unknown[], string][])('%s of %j is an error', (signature, args, message) => {
    expect(() => invoke(regexFunctions, signature, args)).toThrow(message)
  })
})
