/** LPAD and RPAD. */
import { type FunctionDeclaration, parameter, type ScalarVariant, scalar } from '../declaration.ts'

export const padFunctions: readonly FunctionDeclaration[] = [
  scalar({
    name: 'LPAD',
    category: 'STRING',
    description: 'Fills a value up on the left to a length, or cuts it to that length.',
    variants: [
      padVariant('STRING', (text: string, length: number, padding: string) =>
        refusesPadding(length, padding) ? null : text.slice(0, length).padStart(length, padding),
      ),
      padVariant('BYTES', (bytes: Uint8Array, length: number, padding: Uint8Array) => {
        if (refusesPadding(length, padding)) return null
        const filler = Math.max(0, length - bytes.length)
        const padded = new Uint8Array(length)
        fill(padded.subarray(0, filler), padding)
        padded.set(bytes.subarray(0, length), filler)
        return padded
      }),
    ],
  }),
  scalar({
    name: 'RPAD',
    category: 'STRING',
    description: 'Fills a value up on the right to a length, or cuts it to that length.',
    variants: [
      padVariant('STRING', (text: string, length: number, padding: string) =>
        refusesPadding(length, padding) ? null : text.slice(0, length).padEnd(length, padding),
      ),
      padVariant('BYTES', (bytes: Uint8Array, length: number, padding: Uint8Array) => {
        if (refusesPadding(length, padding)) return null
        const padded = new Uint8Array(length)
        padded.set(bytes.subarray(0, length))
        fill(padded.subarray(bytes.length), padding)
        return padded
      }),
    ],
  }),
]

function padVariant(type: 'STRING' | 'BYTES', call: NonNullable<ScalarVariant['call']>): ScalarVariant {
  return {
    parameters: [
      parameter('value', type, 'value to fill up'),
      parameter('length', 'INT', 'length of the result; negative gives NULL'),
      parameter('padding', type, 'what to fill with, repeated as needed; empty gives NULL'),
    ],
    returns: type,
    nulls: 'propagate',
    call,
  }
}

const refusesPadding = (length: number, padding: string | Uint8Array): boolean => length < 0 || padding.length === 0

function fill(target: Uint8Array, padding: Uint8Array): void {
  for (let i = 0; i < target.length; i++) target[i] = padding[i % padding.length]!
}
