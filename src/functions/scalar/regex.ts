/** Functions over regular expressions in Java's dialect; see java-regex.ts for what runs them. */

import { compileJavaRegex, type JavaRegex, type RegexMatch } from '../../regex/java-regex.ts'
import { type Budget, ELEMENT_BYTES } from '../budget.ts'
import { type FunctionDeclaration, parameter, scalar } from '../declaration.ts'

const PATTERN = parameter(
  'pattern',
  'STRING',
  'regular expression in the dialect of Java',
  (pattern) => void compileJavaRegex(pattern),
)
const TEXT = parameter('text', 'STRING', 'text to search')
const GROUP = parameter('group', 'INT', 'number of the group to return; 0 is the whole match')

export const regexFunctions: readonly FunctionDeclaration[] = [
  scalar({
    name: 'REGEXP_EXTRACT',
    cost: 'search',
    category: 'REGULAR EXPRESSION',
    description:
      'The first part of a text that matches a regular expression, or a group of it; NULL if nothing matches.',
    example: { call: "REGEXP_EXTRACT('(\\d+) ms', 'took 35 ms', 1)", result: '35' },
    variants: [
      {
        parameters: [PATTERN, TEXT],
        returns: 'STRING',
        nulls: 'propagate',
        call: (pattern: string, text: string) => compileJavaRegex(pattern).findFirst(text)?.groups[0] ?? null,
      },
      {
        parameters: [PATTERN, TEXT, GROUP],
        returns: 'STRING',
        nulls: 'propagate',
        description: 'NULL if the expression has no such group.',
        call: (pattern: string, text: string, group: number) =>
          compileJavaRegex(pattern).findFirst(text)?.groups[group] ?? null,
      },
    ],
  }),
  scalar({
    name: 'REGEXP_EXTRACT_ALL',
    cost: 'grows',
    category: 'REGULAR EXPRESSION',
    description: 'All parts of a text that match a regular expression, or a group of each.',
    example: { call: "REGEXP_EXTRACT_ALL('\\d+', '3 of 12')", result: '[3, 12]' },
    variants: [
      {
        parameters: [PATTERN, TEXT],
        returns: 'ARRAY<STRING>',
        nulls: 'propagate',
        bind:
          (_args, _returns, { budget }) =>
          (pattern: string, text: string) =>
            extractAll(pattern, text, 0, budget),
      },
      {
        parameters: [PATTERN, TEXT, GROUP],
        returns: 'ARRAY<STRING>',
        nulls: 'propagate',
        description: 'NULL if the expression has no such group.',
        bind:
          (_args, _returns, { budget }) =>
          (pattern: string, text: string, group: number) =>
            extractAll(pattern, text, group, budget),
      },
    ],
  }),
  scalar({
    name: 'REGEXP_REPLACE',
    cost: 'grows',
    category: 'REGULAR EXPRESSION',
    description: 'Replaces every match of a regular expression.',
    example: { call: "REGEXP_REPLACE('2024-05-06', '(\\d+)-(\\d+)-(\\d+)', '$3.$2.$1')", result: '06.05.2024' },
    variants: [
      {
        parameters: [
          parameter('text', 'STRING', 'text to change'),
          PATTERN,
          parameter('replacement', 'STRING', 'replacement; $1 stands for the first group, \\$ for a dollar sign'),
        ],
        returns: 'STRING',
        checkTexts: ([, pattern, replacement]) => {
          if (pattern != null && replacement != null) parseReplacement(replacement, compileJavaRegex(pattern))
        },
        nulls: 'propagate',
        bind:
          (_args, _returns, { budget }) =>
          (text: string, pattern: string, replacement: string) =>
            replaceAll(text, pattern, replacement, budget),
      },
    ],
  }),
  scalar({
    name: 'REGEXP_SPLIT_TO_ARRAY',
    cost: 'grows',
    category: 'REGULAR EXPRESSION',
    description: 'Splits a text at each match of a regular expression; empty pieces are kept.',
    example: { call: "REGEXP_SPLIT_TO_ARRAY('a, b;c', '[,;] *')", result: '[a, b, c]' },
    variants: [
      {
        parameters: [parameter('text', 'STRING', 'text to split'), PATTERN],
        returns: 'ARRAY<STRING>',
        nulls: 'propagate',
        description: 'An empty expression splits between all characters.',
        bind:
          (_args, _returns, { budget }) =>
          (text: string, pattern: string) =>
            pattern === '' ? characters(text, budget) : split(text, pattern, budget),
      },
    ],
  }),
]

function extractAll(pattern: string, text: string, group: number, budget: Budget): (string | null)[] | null {
  const regex = compileJavaRegex(pattern)
  if (group < 0 || group > regex.groupCount) return null
  const cost = regex.matchBytes(text)
  return Array.from(regex.findAll(text), ({ groups }) => {
    budget.spend(cost)
    return groups[group]!
  })
}

function characters(text: string, budget: Budget): string[] {
  // A character has two code units at most.
  budget.refuseLarger((ELEMENT_BYTES * text.length) / 2)
  return Array.from(text)
}

/**
 * An empty match at the start splits nothing. Where the pattern matches the empty text, ksqlDB's RegexpSplitToArray uses
 * java.util.regex.Pattern.split, which drops empty pieces at the end; otherwise it keeps them.
 */
function split(text: string, pattern: string, budget: Budget): string[] {
  const regex = compileJavaRegex(pattern)
  const cost = regex.matchBytes(text)
  const pieces: string[] = []
  let from = 0
  for (const { start, end } of regex.findAll(text)) {
    budget.spend(cost)
    if (end === 0) continue
    pieces.push(text.slice(from, start))
    from = end
  }
  pieces.push(text.slice(from))
  if (pieces.length > 1 && regex.findFirst('') !== null) {
    while (pieces.length > 0 && pieces[pieces.length - 1] === '') pieces.pop()
  }
  return pieces
}

function replaceAll(text: string, pattern: string, replacement: string, budget: Budget): string {
  const regex = compileJavaRegex(pattern)
  const cost = regex.matchBytes(text)
  let result = ''
  let from = 0
  let expand: ((match: RegexMatch) => string) | null = null
  for (const match of regex.findAll(text)) {
    expand ??= parseReplacement(replacement, regex)
    result += text.slice(from, match.start) + expand(match)
    budget.spend(cost)
    budget.refuseLarger(result.length)
    from = match.end
  }
  return result + text.slice(from)
}

/** `$1`, `${name}` and `\` before a character, as java.util.regex.Matcher.appendReplacement reads them. */
function parseReplacement(replacement: string, regex: JavaRegex): (match: RegexMatch) => string {
  if (!/[\\$]/.test(replacement)) return () => replacement
  const parts: (string | number)[] = []
  for (let i = 0; i < replacement.length; i++) {
    const character = replacement[i]!
    if (character === '\\') {
      if (++i === replacement.length) throw new Error('A replacement must not end with a backslash.')
      parts.push(replacement[i]!)
    } else if (character === '$') {
      const { group, length } = groupReference(replacement.slice(i + 1), regex)
      parts.push(group)
      i += length
    } else {
      parts.push(character)
    }
  }
  return ({ groups }) => parts.map((part) => (typeof part === 'string' ? part : (groups[part] ?? ''))).join('')
}

/** After `$`. More digits count as long as there is such a group. */
function groupReference(text: string, regex: JavaRegex): { group: number; length: number } {
  const name = /^\{([A-Za-z][A-Za-z0-9]*)\}/.exec(text)?.[1]
  if (name !== undefined) {
    const group = regex.groupNames.get(name)
    if (group === undefined) throw new Error(`The regular expression has no group <${name}>.`)
    return { group, length: name.length + 2 }
  }
  const digits = /^[0-9]+/.exec(text)?.[0]
  if (digits === undefined)
    throw new Error('A $ in a replacement must be followed by a group; write \\$ for the character.')
  let length = 1
  while (length < digits.length && Number(digits.slice(0, length + 1)) <= regex.groupCount) length++
  const group = Number(digits.slice(0, length))
  if (group > regex.groupCount) throw new Error(`The regular expression has no group ${group}.`)
  return { group, length }
}
