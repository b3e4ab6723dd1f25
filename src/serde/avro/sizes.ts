/** How many bytes values of a type take. */
import type { AvroType } from './schema.ts'

export interface Size {
  readonly min: number
  /** All values take `min` bytes. */
  readonly isFixed: boolean
}

const fixed = (min: number): Size => ({ min, isFixed: true })
const ONE_OR_MORE: Size = { min: 1, isFixed: false }

export function sizeOf(type: AvroType): Size {
  switch (type.kind) {
    case 'null':
      return fixed(0)
    case 'boolean':
      return fixed(1)
    case 'float':
      return fixed(4)
    case 'double':
      return fixed(8)
    case 'fixed':
      return fixed(type.size)
    case 'record': {
      const sizes = type.fields.map((field) => sizeOf(field.type))
      return { min: sizes.reduce((sum, { min }) => sum + min, 0), isFixed: sizes.every(({ isFixed }) => isFixed) }
    }
    default:
      return ONE_OR_MORE
  }
}
