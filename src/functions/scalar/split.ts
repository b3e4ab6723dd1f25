/** SPLIT and SPLIT_TO_MAP. */
import { type FunctionDeclaration, parameter, scalar } from '../declaration.ts'
import { split as splitText } from '../find-text.ts'
import { splitBytes } from './bytes.ts'

export const splitFunctions: readonly FunctionDeclaration[] = [
  scalar({
    name: 'SPLIT',
    cost: 'linear',
    category: 'STRING',
    description: 'Splits a value at each occurrence of a delimiter; empty pieces are kept.',
    example: { call: "SPLIT('a,b,c', ',')", result: '[a, b, c]' },
    variants: [
      {
        parameters: [
          parameter('text', 'STRING', 'text to split'),
          parameter(
            'delimiter',
            'STRING',
            'text to split at, taken literally; an empty delimiter splits between all characters',
          ),
        ],
        returns: 'ARRAY<STRING>',
        nulls: 'propagate',
        call: (text: string, delimiter: string) =>
          delimiter === '' ? splitCharacters(text) : splitText(text, delimiter),
      },
      {
        parameters: [
          parameter('bytes', 'BYTES', 'byte string to split'),
          parameter('delimiter', 'BYTES', 'bytes to split at; an empty delimiter splits between all bytes'),
        ],
        returns: 'ARRAY<BYTES>',
        nulls: 'propagate',
        call: (bytes: Uint8Array, delimiter: Uint8Array) =>
          delimiter.length === 0 ? splitEachByte(bytes) : splitBytes(bytes, delimiter),
      },
    ],
  }),
  scalar({
    name: 'SPLIT_TO_MAP',
    cost: 'linear',
    category: 'STRING',
    description: 'Parses delimited key-value pairs into a map; entries without a value are skipped.',
    example: { call: "SPLIT_TO_MAP('a=1;b=2', ';', '=')", result: '{a=1, b=2}' },
    variants: [
      {
        parameters: [
          parameter('text', 'STRING', 'text to parse'),
          parameter('entryDelimiter', 'STRING', 'separates entries; taken literally'),
          parameter('keyValueDelimiter', 'STRING', 'separates key and value; taken literally'),
        ],
        returns: 'MAP<STRING, STRING>',
        nulls: 'propagate',
        description: 'NULL if a delimiter is empty or both are the same; the last of equal keys is kept.',
        call: splitToMap,
      },
    ],
  }),
]

/** A surrogate pair stays together. */
const splitCharacters = (text: string): string[] => (text === '' ? [''] : Array.from(text))

const splitEachByte = (bytes: Uint8Array): Uint8Array[] =>
  bytes.length === 0 ? [bytes] : Array.from(bytes, (byte) => Uint8Array.of(byte))

function splitToMap(text: string, entryDelimiter: string, keyValueDelimiter: string): Map<string, string> | null {
  if (entryDelimiter === '' || keyValueDelimiter === '' || entryDelimiter === keyValueDelimiter) return null
  const entries = new Map<string, string>()
  for (const entry of splitText(text, entryDelimiter)) {
    const [key, value] = splitText(entry, keyValueDelimiter)
    if (value !== undefined) entries.set(key!, value)
  }
  return entries
}
