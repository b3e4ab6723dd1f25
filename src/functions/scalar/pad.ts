/** LPAD and RPAD. */
import { type FunctionDeclaration, parameter, type ScalarVariant, scalar } from '../declaration.ts'

export const padFunctions: readonly FunctionDeclaration[] = [
  scalar({
    name: 'LPAD',
    cost: 'grows',
    category: 'STRING',
    description: 'Pads a value on the left to a length, or truncates it to that length.',
    example: { call: "LPAD('7', 3, '0')", result: '007' },
    variants: [
      padVariant('STRING', (text: string, length: number, padding: string) =>
        text.slice(0, length).padStart(length, padding),
      ),
      padVariant('BYTES', (bytes: Uint8Array, length: number, padding: Uint8Array) => {
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
    cost: 'grows',
    category: 'STRING',
    description: 'Pads a value on the right to a length, or truncates it to that length.',
    example: { call: "RPAD('ab', 4, '.')", result: 'ab..' },
    variants: [
      padVariant('STRING', (text: string, length: number, padding: string) =>
        text.slice(0, length).padEnd(length, padding),
      ),
      padVariant('BYTES', (bytes: Uint8Array, length: number, padding: Uint8Array) => {
        const padded = new Uint8Array(length)
        padded.set(bytes.subarray(0, length))
        fill(padded.subarray(bytes.length), padding)
        return padded
      }),
    ],
  }),
]

/** `pad` is called only with a length of 0 or more and a padding that is not empty. */
function padVariant<T extends string | Uint8Array>(
  type: 'STRING' | 'BYTES',
  pad: (value: T, length: number, padding: T) => T,
): ScalarVariant {
  return {
    parameters: [
      parameter('value', type, 'value to pad'),
      parameter('length', 'INT', 'length of the result; negative gives NULL'),
      parameter('padding', type, 'padding, repeated as needed; an empty one gives NULL'),
    ],
    returns: type,
    nulls: 'propagate',
    bind:
      (_args, _returns, { budget }) =>
      (value: T, length: number, padding: T) => {
        if (length < 0 || padding.length === 0) return null
        budget.refuseLarger(length)
        return pad(value, length, padding)
      },
  }
}

function fill(target: Uint8Array, padding: Uint8Array): void {
  for (let i = 0; i < target.length; i++) target[i] = padding[i % padding.length]!
}
