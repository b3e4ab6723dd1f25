/** The MASK family: characters replaced by a sign for their class. */
import type { Budget } from '../budget.ts'
import {
  type Example,
  type FunctionDeclaration,
  type Parameter,
  parameter,
  type ScalarVariant,
  scalar,
} from '../declaration.ts'

const MASK_PARAMETERS: readonly Parameter[] = [
  parameter('upper', 'STRING', 'one character for upper-case letters; NULL leaves them as they are', checkMask),
  parameter('lower', 'STRING', 'one character for lower-case letters; NULL leaves them as they are', checkMask),
  parameter('digit', 'STRING', 'one character for digits; NULL leaves them as they are', checkMask),
  parameter('other', 'STRING', 'one character for the rest; NULL leaves it as it is', checkMask),
]

/** Masks by class; null leaves the class alone. */
type Masks = readonly (string | null)[]
const DEFAULT_MASKS: Masks = ['X', 'x', 'n', '-']

export const maskFunctions: readonly FunctionDeclaration[] = [
  maskFunction({
    name: 'MASK',
    description: 'Replaces every character by the mask of its class.',
    example: { call: "MASK('Card 1234')", result: 'Xxxx-nnnn' },
    leading: [],
    range: (length) => [0, length],
  }),
  maskFunction({
    name: 'MASK_LEFT',
    description: 'Masks the first characters.',
    example: { call: "MASK_LEFT('Card 1234', 4)", result: 'Xxxx 1234' },
    leading: [parameter('count', 'int', 'how many characters to mask')],
    range: (length, count) => [0, Math.min(count, length)],
  }),
  maskFunction({
    name: 'MASK_RIGHT',
    description: 'Masks the last characters.',
    example: { call: "MASK_RIGHT('Card 1234', 4)", result: 'Card nnnn' },
    leading: [parameter('count', 'int', 'how many characters to mask')],
    range: (length, count) => [Math.max(0, length - count), length],
  }),
  maskFunction({
    name: 'MASK_KEEP_LEFT',
    description: 'Masks all but the first characters.',
    example: { call: "MASK_KEEP_LEFT('Card 1234', 4)", result: 'Card-nnnn' },
    leading: [parameter('count', 'int', 'how many characters to keep')],
    range: (length, count) => [Math.min(count, length), length],
  }),
  maskFunction({
    name: 'MASK_KEEP_RIGHT',
    description: 'Masks all but the last characters.',
    example: { call: "MASK_KEEP_RIGHT('Card 1234', 4)", result: 'Xxxx-1234' },
    leading: [parameter('count', 'int', 'how many characters to keep')],
    range: (length, count) => [0, Math.max(0, length - count)],
  }),
]

interface MaskFunction {
  readonly name: string
  readonly description: string
  readonly example: Example
  /** The parameters between the text and the masks: none, or a count. */
  readonly leading: readonly Parameter[]
  /** Which characters to mask, `[start, end)`. */
  readonly range: (length: number, count: number) => readonly [number, number]
}

function maskFunction({ name, description, example, leading, range }: MaskFunction) {
  const text = parameter('text', 'STRING', 'text to mask')
  const run = (value: string | null, rest: readonly (number | string | null)[], budget: Budget): string | null => {
    const count = leading.length === 0 ? 0 : (rest[0] as number)
    const masks = rest.slice(leading.length) as (string | null)[]
    masks.forEach(checkMask)
    const masker = masks.length === 0 ? DEFAULT_MASKS : masks
    if (count < 0) {
      throw new Error(`function ${name.toLowerCase()} requires a non-negative number of characters to mask or skip`)
    }
    return value === null ? null : maskRange(value, range(value.length, count), { masks: masker, budget })
  }
  const variant = (parameters: readonly Parameter[]): ScalarVariant => ({
    parameters,
    returns: 'STRING',
    nulls: 'pass',
    bind:
      (_args, _returns, { budget }) =>
      (value: string | null, ...rest: (number | string | null)[]) =>
        run(value, rest, budget),
  })
  return scalar({
    name,
    cost: 'linear',
    category: 'STRING',
    description: `${description} X stands for an upper-case letter, x for a lower-case one, n for a digit, - for the rest.`,
    example,
    variants: [variant([text, ...leading]), variant([text, ...leading, ...MASK_PARAMETERS])],
  })
}

function checkMask(mask: string | null): void {
  if (mask === null || mask.length === 1) return
  throw new Error(`Invalid mask character. Must be only single character, but was '${mask}'`)
}

/** Characters that are masked between two looks at the time. */
const PIECE_LENGTH = 4096
const CHARACTER_BYTES = 32

function maskRange(
  text: string,
  [start, end]: readonly [number, number],
  { masks, budget }: { readonly masks: Masks; readonly budget: Budget },
): string {
  const pieces = [text.slice(0, start)]
  for (let from = start; from < end; from += PIECE_LENGTH) {
    const to = Math.min(end, from + PIECE_LENGTH)
    budget.spend(CHARACTER_BYTES * (to - from))
    let masked = ''
    for (let i = from; i < to; i++) masked += masks[classOf(text, i)] ?? text[i]
    pieces.push(masked)
  }
  pieces.push(text.slice(end))
  return pieces.join('')
}

/** Index into `Masks`, by Unicode general category of the UTF-16 code unit: Lu, Ll, Nd, anything else. */
function classOf(text: string, index: number): number {
  const unit = text.charCodeAt(index)
  if (unit < 0x80) {
    if (unit >= 0x41 && unit <= 0x5a) return 0
    if (unit >= 0x61 && unit <= 0x7a) return 1
    return unit >= 0x30 && unit <= 0x39 ? 2 : 3
  }
  const character = text[index]!
  if (/\p{Lu}/u.test(character)) return 0
  if (/\p{Ll}/u.test(character)) return 1
  return /\p{Nd}/u.test(character) ? 2 : 3
}
