/** String functions that look at, join or rewrite text. Positions count from 1, in UTF-16 code units. */
import { randomUUID } from 'node:crypto'
import { trim } from '../../types/text-input.ts'
import type { Value } from '../../types/value.ts'
import type { Budget } from '../budget.ts'
import { type FunctionDeclaration, parameter, scalar } from '../declaration.ts'
import { nthIndexOf, nthLastIndexOf, split } from '../find-text.ts'
import { concatBytes } from './bytes.ts'

export const stringFunctions: readonly FunctionDeclaration[] = [
  scalar({
    name: 'CHR',
    cost: 'linear',
    category: 'STRING',
    description: 'The character of a Unicode code point.',
    example: { call: 'CHR(75)', result: 'K' },
    variants: [
      {
        parameters: [parameter('code', 'INT', 'decimal code point, 0 to 1114111')],
        returns: 'STRING',
        nulls: 'propagate',
        description: 'NULL if the number is not a code point.',
        call: (code: number) => (code >= 0 && code <= 0x10ffff ? String.fromCodePoint(code) : null),
      },
      {
        parameters: [parameter('escape', 'STRING', 'Java escapes such as \\u004b, several for a surrogate pair')],
        returns: 'STRING',
        nulls: 'propagate',
        description: 'NULL unless the text starts with a \\u escape.',
        bind:
          (_args, _returns, { budget }) =>
          (text: string) =>
            text.length < 6 || !text.startsWith('\\u') ? null : unescapeJava(text, budget),
      },
    ],
  }),
  scalar({
    name: 'CONCAT',
    cost: 'linear',
    category: 'STRING',
    description: 'Concatenates its arguments; NULLs are skipped.',
    example: { call: "CONCAT('a', NULL, 'b')", result: 'ab' },
    variants: [
      {
        parameters: [parameter('parts', 'STRING...', 'texts to join')],
        returns: 'STRING',
        nulls: 'pass',
        call: (...parts: (string | null)[]) => {
          let text = ''
          for (const part of parts) if (part !== null) text += part
          return text
        },
      },
      {
        parameters: [parameter('parts', 'BYTES...', 'byte strings to join')],
        returns: 'BYTES',
        nulls: 'pass',
        call: (...parts: (Uint8Array | null)[]) => concatBytes(parts.filter((part) => part !== null)),
      },
    ],
  }),
  scalar({
    name: 'CONCAT_WS',
    cost: 'grows',
    category: 'STRING',
    description: 'Concatenates its arguments with a separator between them; NULLs are skipped.',
    example: { call: "CONCAT_WS(', ', 'Paris', 'FR')", result: 'Paris, FR' },
    variants: [
      {
        parameters: [
          parameter('separator', 'STRING', 'text or bytes between the parts; NULL gives NULL'),
          parameter('parts', 'STRING...', 'texts to join, at least one'),
        ],
        returns: 'STRING',
        nulls: 'pass',
        bind:
          (_args, _returns, { budget }) =>
          (separator: string | null, ...parts: (string | null)[]) => {
            refuseNoParts(parts)
            if (separator === null) return null
            const present = parts.filter((part) => part !== null)
            budget.refuseLarger(joinedSize(present, separator))
            return present.join(separator)
          },
      },
      {
        parameters: [
          parameter('separator', 'BYTES', 'text or bytes between the parts; NULL gives NULL'),
          parameter('parts', 'BYTES...', 'byte strings to join, at least one'),
        ],
        returns: 'BYTES',
        nulls: 'pass',
        bind:
          (_args, _returns, { budget }) =>
          (separator: Uint8Array | null, ...parts: (Uint8Array | null)[]) => {
            refuseNoParts(parts)
            if (separator === null) return null
            const present = parts.filter((part) => part !== null)
            budget.refuseLarger(joinedSize(present, separator))
            return concatBytes(present.flatMap((part, i) => (i === 0 ? [part] : [separator, part])))
          },
      },
    ],
  }),
  scalar({
    name: 'ELT',
    cost: 'constant',
    category: 'STRING',
    description: 'The n-th of its text arguments.',
    example: { call: "ELT(2, 'low', 'high')", result: 'high' },
    variants: [
      {
        parameters: [
          parameter('n', 'int', 'which one, from 1; out of range gives NULL'),
          parameter('texts', 'STRING...', 'texts to choose from'),
        ],
        returns: 'STRING',
        nulls: 'pass',
        call: (n: number, ...texts: (string | null)[]) => texts[n - 1] ?? null,
      },
    ],
  }),
  scalar({
    name: 'FIELD',
    cost: 'linear',
    category: 'STRING',
    description: 'The position of the first of the other arguments that equals the first one, or 0.',
    example: { call: "FIELD('high', 'low', 'high')", result: '2' },
    variants: [
      {
        parameters: [
          parameter('text', 'STRING', 'text to find; NULL is never found'),
          parameter('texts', 'STRING...', 'texts to search'),
        ],
        returns: 'INT',
        nulls: 'pass',
        call: (text: string | null, ...texts: (string | null)[]) => (text === null ? 0 : texts.indexOf(text) + 1),
      },
    ],
  }),
  scalar({
    name: 'INITCAP',
    cost: 'linear',
    category: 'STRING',
    description: 'Lower-cases the text and upper-cases the first character of each word; words end at white space.',
    example: { call: "INITCAP('the LONG road')", result: 'The Long Road' },
    variants: [
      {
        parameters: [parameter('text', 'STRING', 'text to capitalise')],
        returns: 'STRING',
        nulls: 'propagate',
        bind:
          (_args, _returns, { budget }) =>
          (text: string) =>
            initCap(text.toLowerCase().replace(/^[ \t\n\v\f\r]+/, ''), budget),
      },
    ],
  }),
  scalar({
    name: 'INSTR',
    cost: 'linear',
    category: 'STRING',
    description: 'The position of one text inside another, or 0 if it does not occur.',
    example: { call: "INSTR('banana', 'an')", result: '2' },
    variants: instrVariants(),
  }),
  scalar({
    name: 'LCASE',
    cost: 'linear',
    category: 'STRING',
    description: 'The text in lower case.',
    example: { call: "LCASE('La')", result: 'la' },
    variants: [
      {
        parameters: [parameter('text', 'STRING', 'text to convert')],
        returns: 'STRING',
        nulls: 'propagate',
        call: (text: string) => text.toLowerCase(),
      },
    ],
  }),
  scalar({
    name: 'UCASE',
    cost: 'linear',
    category: 'STRING',
    description: 'The text in upper case.',
    example: { call: "UCASE('La')", result: 'LA' },
    variants: [
      {
        parameters: [parameter('text', 'STRING', 'text to convert')],
        returns: 'STRING',
        nulls: 'propagate',
        call: (text: string) => text.toUpperCase(),
      },
    ],
  }),
  scalar({
    name: 'TRIM',
    cost: 'linear',
    category: 'STRING',
    description: 'The text without spaces and control characters at both ends.',
    example: { call: "TRIM('  a b ')", result: 'a b' },
    variants: [
      {
        parameters: [parameter('text', 'STRING', 'text to trim')],
        returns: 'STRING',
        nulls: 'propagate',
        call: trim,
      },
    ],
  }),
  scalar({
    name: 'LEN',
    cost: 'constant',
    category: 'STRING',
    description: 'Length of a text in UTF-16 code units, or of a byte string in bytes.',
    example: { call: "LEN('road')", result: '4' },
    variants: [
      {
        parameters: [parameter('text', 'STRING', 'text to measure')],
        returns: 'INT',
        nulls: 'propagate',
        call: (text: string) => text.length,
      },
      {
        parameters: [parameter('bytes', 'BYTES', 'byte string to measure')],
        returns: 'INT',
        nulls: 'propagate',
        call: (bytes: Uint8Array) => bytes.length,
      },
    ],
  }),
  scalar({
    name: 'REPLACE',
    cost: 'grows',
    category: 'STRING',
    description: 'Replaces every occurrence of a text by another.',
    example: { call: "REPLACE('a-b-c', '-', '+')", result: 'a+b+c' },
    variants: [
      {
        parameters: [
          parameter('text', 'STRING', 'text to change'),
          parameter('old', 'STRING', 'text to look for, taken literally'),
          parameter('new', 'STRING', 'replacement text'),
        ],
        returns: 'STRING',
        nulls: 'propagate',
        bind: (_args, _returns, { budget }) => replacer(budget),
      },
    ],
  }),
  scalar({
    name: 'SUBSTRING',
    cost: 'linear',
    category: 'STRING',
    description: 'A part of a text or byte string.',
    example: { call: "SUBSTRING('banana', 2, 3)", result: 'ana' },
    variants: ['STRING', 'BYTES'].flatMap((type) => [
      {
        parameters: substringParameters(type),
        returns: type,
        nulls: 'propagate' as const,
        description: 'From the position to the end.',
        call: (value: string | Uint8Array, position: number) => value.slice(startIndex(value.length, position)),
      },
      {
        parameters: [
          ...substringParameters(type),
          parameter('length', 'INT', 'number of characters or bytes; 0 or less gives an empty value'),
        ],
        returns: type,
        nulls: 'propagate' as const,
        description: 'At most `length` characters or bytes from the position.',
        call: (value: string | Uint8Array, position: number, length: number) => {
          const start = startIndex(value.length, position)
          return value.slice(start, start + Math.max(0, length))
        },
      },
    ]),
  }),
  scalar({
    name: 'UUID',
    cost: 'constant',
    category: 'STRING',
    description: 'A universally unique identifier as text.',
    variants: [
      {
        parameters: [],
        returns: 'STRING',
        nulls: 'propagate',
        description: 'A random one (version 4), a new one on each call.',
        // Not the context's random numbers: two servers that start with the same seed must not make the same ids.
        call: () => randomUUID(),
      },
      {
        parameters: [parameter('bytes', 'BYTES', 'its 16 bytes; any other number gives NULL')],
        returns: 'STRING',
        nulls: 'propagate',
        call: (bytes: Uint8Array) => (bytes.length === 16 ? formatUuid(bytes) : null),
      },
    ],
  }),
]

/** Characters after which a long text is cut at the next white space, so that its time is looked at in between. */
const PIECE_LENGTH = 16 * 1024

function initCap(text: string, budget: Budget): string {
  if (text.length <= PIECE_LENGTH) return capitalizeWords(text)
  const pieces: string[] = []
  for (let start = 0; start < text.length; ) {
    const end = wordEnd(text, start + PIECE_LENGTH)
    budget.spend(CHARACTER_BYTES * (end - start))
    pieces.push(capitalizeWords(text.slice(start, end)))
    start = end
  }
  return pieces.join('')
}

const CHARACTER_BYTES = 64

const capitalizeWords = (text: string): string =>
  text.replace(/(^|[ \t\n\v\f\r])([^ \t\n\v\f\r])/g, (_word, before, first) => before + first.toUpperCase())

/** Behind the first white space at or after `index`, or the end of the text. */
function wordEnd(text: string, index: number): number {
  for (let end = index; end < text.length; end++) {
    const unit = text.charCodeAt(end)
    if (unit === 0x20 || (unit >= 0x09 && unit <= 0x0d)) return end + 1
  }
  return text.length
}

const joinedSize = (parts: readonly { readonly length: number }[], separator: { readonly length: number }): number =>
  parts.reduce((size, { length }) => size + length, separator.length * Math.max(0, parts.length - 1))

function refuseNoParts(parts: readonly Value[]): void {
  if (parts.length === 0) throw new Error('Function Concat_WS expects at least two input arguments.')
}

function instrVariants() {
  const text = parameter('text', 'STRING', 'text to search')
  const part = parameter('part', 'STRING', 'text to look for')
  const position = parameter('position', 'int', 'where to start; negative counts from the end and searches backwards')
  const occurrence = parameter('occurrence', 'int', 'which occurrence to report, from 1')
  const variant = (parameters: (typeof text)[]) => ({ parameters, returns: 'INT', nulls: 'pass' as const, call: instr })
  return [variant([text, part]), variant([text, part, position]), variant([text, part, position, occurrence])]
}

/** Occurrences may overlap. 0: not found. */
function instr(text: string | null, part: string | null, position = 1, occurrence = 1): number {
  if (text === null || part === null || position === 0 || Math.abs(position) > text.length) return 0
  if (occurrence < 1) return 0
  const found =
    position < 0
      ? nthLastIndexOf(text, part, { from: text.length + position, occurrence })
      : nthIndexOf(text, part, { from: position - 1, occurrence })
  return found + 1
}

function substringParameters(type: string) {
  return [
    parameter('value', type, 'text or bytes to take the part from'),
    parameter('position', 'INT', 'first position, from 1; negative counts from the end'),
  ]
}

const startIndex = (length: number, position: number): number =>
  position < 0 ? Math.max(0, length + position) : Math.max(0, position - 1)

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = { b: '\b', n: '\n', t: '\t', f: '\f', r: '\r' }

/** Work of one escape. */
const ESCAPE_BYTES = 256

/** Resolves the escapes of Java string literals. Throws for `\u` without four hex digits. */
function unescapeJava(text: string, budget: Budget): string {
  return text.replace(/\\(?:u+\+?([0-9a-fA-F]{4})|([0-3]?[0-7]{1,2})|(.?))/gs, (_escape, hex, octal, other) => {
    budget.spend(ESCAPE_BYTES)
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8))
    if (other === 'u') throw new Error(`'${text}' has a \\u escape without four hexadecimal digits.`)
    return SIMPLE_ESCAPES[other] ?? other
  })
}

function formatUuid(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** An empty `old` stands between all characters. */
const replacer =
  (budget: Budget) =>
  (text: string, old: string, replacement: string): string => {
    if (old === '') {
      budget.refuseLarger(text.length + (text.length + 1) * replacement.length)
      return text.replaceAll('', () => replacement)
    }
    const pieces = split(text, old)
    budget.refuseLarger(text.length + (pieces.length - 1) * (replacement.length - old.length))
    return pieces.join(replacement)
  }
