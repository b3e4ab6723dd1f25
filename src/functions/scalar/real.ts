/** Mathematical functions whose result is a DOUBLE whatever number goes in: roots, logarithms, angles. IEEE: no errors, but NaN and Infinity. */
import type { Int64 } from '../../types/bigint64.ts'
import { type Example, type FunctionDeclaration, parameter, type ScalarVariant, scalar } from '../declaration.ts'
import { javaLog } from '../java-log.ts'

const NUMBERS = ['INT', 'BIGINT', 'DOUBLE'] as const

/** Variants of a function of one number, one for each kind of number. */
function realVariants(compute: (value: number) => number): ScalarVariant[] {
  return NUMBERS.map((type) => ({
    parameters: [parameter('value', type, 'a number')],
    returns: 'DOUBLE',
    nulls: 'propagate',
    call: type === 'BIGINT' ? (value: Int64) => compute(Number(value)) : compute,
  }))
}

function real(
  name: string,
  example: Example,
  description: string,
  compute: (value: number) => number,
): FunctionDeclaration {
  return scalar({
    name,
    cost: 'constant',
    category: 'MATHEMATICAL',
    description,
    example,
    variants: realVariants(compute),
  })
}

interface Operands {
  readonly first: string
  readonly second: string
}

/** Variants of a function of two numbers of one kind. */
function realPairs({ first, second }: Operands, compute: (a: number, b: number) => number): ScalarVariant[] {
  return NUMBERS.map((type) => ({
    parameters: [parameter(first, type, first), parameter(second, type, second)],
    returns: 'DOUBLE',
    nulls: 'propagate',
    call: (a: Int64, b: Int64) => compute(Number(a), Number(b)),
  }))
}

function pair(
  name: string,
  example: Example,
  description: string,
  operands: Operands,
  compute: (a: number, b: number) => number,
): FunctionDeclaration {
  return scalar({
    name,
    cost: 'constant',
    category: 'MATHEMATICAL',
    description,
    example,
    variants: realPairs(operands, compute),
  })
}

const RADIANS_PER_DEGREE = Math.PI / 180
const DEGREES_PER_RADIAN = 180 / Math.PI

function logarithm(base: number, value: number): number {
  return base <= 0 || base === 1 ? Number.NaN : javaLog(value) / javaLog(base)
}

export const realFunctions: readonly FunctionDeclaration[] = [
  real(
    'ACOS',
    { call: 'ACOS(1)', result: '0.0' },
    'Angle in radians, 0 to pi, whose cosine is the value; NaN outside -1 to 1.',
    Math.acos,
  ),
  real(
    'ASIN',
    { call: 'ASIN(0)', result: '0.0' },
    'Angle in radians, -pi/2 to pi/2, whose sine is the value; NaN outside -1 to 1.',
    Math.asin,
  ),
  real(
    'ATAN',
    { call: 'ATAN(1)', result: '0.7853981633974483' },
    'Angle in radians, -pi/2 to pi/2, whose tangent is the value.',
    Math.atan,
  ),
  real('CBRT', { call: 'CBRT(27)', result: '3.0' }, 'Cube root.', Math.cbrt),
  real('COS', { call: 'COS(0)', result: '1.0' }, 'Cosine of an angle in radians.', Math.cos),
  real('COSH', { call: 'COSH(0)', result: '1.0' }, 'Hyperbolic cosine.', Math.cosh),
  real(
    'COT',
    { call: 'COT(0)', result: 'Infinity' },
    'Cotangent of an angle in radians; Infinity for 0.',
    (value) => 1 / Math.tan(value),
  ),
  real(
    'DEGREES',
    { call: 'DEGREES(PI())', result: '180.0' },
    'Degrees of an angle in radians.',
    (value) => value * DEGREES_PER_RADIAN,
  ),
  real('EXP', { call: 'EXP(0)', result: '1.0' }, 'The base of natural logarithms to the power of the value.', Math.exp),
  real('LN', { call: 'LN(1)', result: '0.0' }, 'Natural logarithm; -Infinity for 0, NaN below 0.', javaLog),
  real(
    'RADIANS',
    { call: 'RADIANS(180)', result: '3.141592653589793' },
    'Radians of an angle in degrees.',
    (value) => value * RADIANS_PER_DEGREE,
  ),
  real('SIN', { call: 'SIN(0)', result: '0.0' }, 'Sine of an angle in radians.', Math.sin),
  real('SINH', { call: 'SINH(0)', result: '0.0' }, 'Hyperbolic sine.', Math.sinh),
  real('SQRT', { call: 'SQRT(2)', result: '1.4142135623730951' }, 'Square root; NaN below 0.', Math.sqrt),
  real('TAN', { call: 'TAN(0)', result: '0.0' }, 'Tangent of an angle in radians.', Math.tan),
  real('TANH', { call: 'TANH(0)', result: '0.0' }, 'Hyperbolic tangent.', Math.tanh),
  pair(
    'ATAN2',
    { call: 'ATAN2(1, 1)', result: '0.7853981633974483' },
    'Angle in radians of the point (x, y).',
    { first: 'y', second: 'x' },
    Math.atan2,
  ),
  pair(
    'POWER',
    { call: 'POWER(2, 10)', result: '1024.0' },
    'The base to the power of the exponent.',
    { first: 'base', second: 'exponent' },
    Math.pow,
  ),
  scalar({
    name: 'LOG',
    cost: 'constant',
    category: 'MATHEMATICAL',
    description: 'Logarithm: the natural one, or to a base. NaN for a base that is 1 or not positive.',
    example: { call: 'LOG(2, 8)', result: '3.0' },
    variants: [...realVariants(javaLog), ...realPairs({ first: 'base', second: 'value' }, logarithm)],
  }),
  scalar({
    name: 'PI',
    cost: 'constant',
    category: 'MATHEMATICAL',
    description: 'The ratio of the circumference of a circle to its diameter.',
    example: { call: 'PI()', result: '3.141592653589793' },
    variants: [{ parameters: [], returns: 'DOUBLE', nulls: 'propagate', call: () => Math.PI }],
  }),
  scalar({
    name: 'RANDOM',
    cost: 'constant',
    category: 'MATHEMATICAL',
    description: 'A random number, 0 <= number < 1, a new one for each row.',
    variants: [
      {
        parameters: [],
        returns: 'DOUBLE',
        nulls: 'propagate',
        bind:
          (_args, _returns, { random }) =>
          () =>
            random(),
      },
    ],
  }),
]
