/** GENERATE_SERIES: an array of evenly spaced integers. */
import { fromBigInt, type Int64 } from '../../types/bigint64.ts'
import type { Value } from '../../types/value.ts'
import { type Budget, ELEMENT_BYTES } from '../budget.ts'
import { type FunctionDeclaration, parameter, type ScalarVariant, scalar } from '../declaration.ts'

/** From `start` to `end`, both included. Throws on a step of zero or of the wrong sign, and if there are too many elements. */
function series(start: Int64, end: Int64, step: number, budget: Budget): Value {
  if (step === 0) throw new Error('GENERATE_SERIES step cannot be zero')
  if (start !== end && start < end !== step > 0) throw new Error('GENERATE_SERIES step has wrong sign')
  const from = BigInt(start)
  const stride = BigInt(step)
  const length = (BigInt(end) - from) / stride + 1n
  budget.refuseLarger(ELEMENT_BYTES * Number(length))
  // Between safe integers there are safe integers only.
  if (typeof start === 'number' && typeof end === 'number') {
    return Array.from({ length: Number(length) }, (_, i) => start + step * i)
  }
  return Array.from({ length: Number(length) }, (_, i) => fromBigInt(from + stride * BigInt(i)))
}

function variants(type: string, returns: string): ScalarVariant[] {
  const bounds = [parameter('start', type, 'first element'), parameter('end', type, 'last number, inclusive')]
  return [
    {
      parameters: bounds,
      returns,
      nulls: 'propagate',
      bind:
        (_args, _returns, { budget }) =>
        (start: Int64, end: Int64) =>
          series(start, end, start > end ? -1 : 1, budget),
    },
    {
      parameters: [...bounds, parameter('step', 'int', 'difference between neighbours')],
      returns,
      nulls: 'propagate',
      bind:
        (_args, _returns, { budget }) =>
        (start: Int64, end: Int64, step: number) =>
          series(start, end, step, budget),
    },
  ]
}

export const generateSeriesFunctions: readonly FunctionDeclaration[] = [
  scalar({
    name: 'GENERATE_SERIES',
    cost: 'grows',
    category: 'ARRAY',
    description:
      'The integers from a start to an end, both inclusive; the default step is 1, or -1 if the end is below the start.',
    example: { call: 'GENERATE_SERIES(1, 10, 3)', result: '[1, 4, 7, 10]' },
    variants: [...variants('int', 'ARRAY<INT>'), ...variants('long', 'ARRAY<BIGINT>')],
  }),
]
