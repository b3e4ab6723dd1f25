/** SPLIT and SPLIT_TO_MAP. */
import { type Budget, CALL_BYTES, ELEMENT_BYTES } from '../budget.ts'
import { type FunctionDeclaration, parameter, scalar } from '../declaration.ts'
import { split as splitText } from '../find-text.ts'
import { BYTES_OBJECT_BYTES, splitBytes } from './bytes.ts'

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
        bind:
          (_args, _returns, { budget }) =>
          (text: string, delimiter: string) =>
            delimiter === '' ? splitCharacters(text, budget) : pieces(text, delimiter, budget),
      },
      {
        parameters: [
          parameter('bytes', 'BYTES', 'byte string to split'),
          parameter('delimiter', 'BYTES', 'bytes to split at; an empty delimiter splits between all bytes'),
        ],
        returns: 'ARRAY<BYTES>',
        nulls: 'propagate',
        bind:
          (_args, _returns, { budget }) =>
          (bytes: Uint8Array, delimiter: Uint8Array) =>
            delimiter.length === 0 ? splitEachByte(bytes, budget) : splitBytes(bytes, delimiter, budget),
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
        bind:
          (_args, _returns, { budget }) =>
          (text: string, entryDelimiter: string, keyValueDelimiter: string) =>
            splitToMap(text, { entryDelimiter, keyValueDelimiter, budget }),
      },
    ],
  }),
]

/** A surrogate pair stays together. */
function splitCharacters(text: string, budget: Budget): string[] {
  if (text === '') return ['']
  // A character has two code units at most.
  budget.refuseLarger((ELEMENT_BYTES * text.length) / 2)
  return Array.from(text)
}

function pieces(text: string, delimiter: string, budget: Budget): string[] {
  const most = Math.floor(budget.maxBytes / ELEMENT_BYTES)
  const found = splitText(text, delimiter, most + 1)
  budget.refuseLarger(ELEMENT_BYTES * found.length)
  return found
}

function splitEachByte(bytes: Uint8Array, budget: Budget): Uint8Array[] {
  if (bytes.length === 0) return [bytes]
  budget.refuseLarger(BYTES_OBJECT_BYTES * bytes.length)
  return Array.from(bytes, (byte) => Uint8Array.of(byte))
}

interface MapSplit {
  readonly entryDelimiter: string
  readonly keyValueDelimiter: string
  readonly budget: Budget
}

function splitToMap(text: string, { entryDelimiter, keyValueDelimiter, budget }: MapSplit): Map<string, string> | null {
  if (entryDelimiter === '' || keyValueDelimiter === '' || entryDelimiter === keyValueDelimiter) return null
  const entries = new Map<string, string>()
  for (const entry of pieces(text, entryDelimiter, budget)) {
    budget.spend(CALL_BYTES)
    const [key, value] = splitText(entry, keyValueDelimiter)
    if (value !== undefined) entries.set(key!, value)
  }
  return entries
}
