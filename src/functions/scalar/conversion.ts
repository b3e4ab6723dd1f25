/** Numbers from their bytes. */
import { fromBigInt } from '../../types/bigint64.ts'
import type { Value } from '../../types/value.ts'
import { type Example, type FunctionDeclaration, parameter, scalar } from '../declaration.ts'

export const conversionFunctions: readonly FunctionDeclaration[] = [
  fromBytes(
    'INT_FROM_BYTES',
    { call: "INT_FROM_BYTES(TO_BYTES('0000002A', 'hex'))", result: '42' },
    'INT',
    4,
    (view, isLittle) => view.getInt32(0, isLittle),
  ),
  fromBytes(
    'BIGINT_FROM_BYTES',
    { call: "BIGINT_FROM_BYTES(TO_BYTES('000000000000002A', 'hex'))", result: '42' },
    'BIGINT',
    8,
    (view, isLittle) => fromBigInt(view.getBigInt64(0, isLittle)),
  ),
  fromBytes(
    'DOUBLE_FROM_BYTES',
    { call: "DOUBLE_FROM_BYTES(TO_BYTES('3FF8000000000000', 'hex'))", result: '1.5' },
    'DOUBLE',
    8,
    (view, isLittle) => view.getFloat64(0, isLittle),
  ),
]

function fromBytes(
  name: string,
  example: Example,
  type: string,
  size: number,
  read: (view: DataView, isLittle: boolean) => Value,
): FunctionDeclaration {
  const bytes = parameter('bytes', 'BYTES', `the ${size} bytes of the number; any other number of bytes is an error`)
  const order = parameter('order', 'STRING', 'BIG_ENDIAN or LITTLE_ENDIAN', checkByteOrder)
  const call = (value: Uint8Array, byteOrder = 'BIG_ENDIAN'): Value => {
    checkByteOrder(byteOrder)
    if (value.length !== size) {
      throw new Error(`Number of bytes must be equal to ${size}, but found ${value.length}`)
    }
    return read(new DataView(value.buffer, value.byteOffset, size), byteOrder === 'LITTLE_ENDIAN')
  }
  return scalar({
    name,
    cost: 'constant',
    category: 'CONVERSIONS',
    description: `The ${type} that ${size} bytes stand for.`,
    example,
    variants: [
      { parameters: [bytes], returns: type, nulls: 'propagate', description: 'Most significant byte first.', call },
      { parameters: [bytes, order], returns: type, nulls: 'propagate', call },
    ],
  })
}

function checkByteOrder(order: string): void {
  if (order === 'BIG_ENDIAN' || order === 'LITTLE_ENDIAN') return
  throw new Error(`Byte order must be BIG_ENDIAN or LITTLE_ENDIAN, but was ${order}`)
}
