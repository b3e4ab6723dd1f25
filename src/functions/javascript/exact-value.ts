/** Reads values that are, in the sandbox, exactly what is written there for them. */
import type { SqlType } from '../../types/sql-type.ts'
import type { Value } from '../../types/value.ts'
import { TAG } from './quickjs.ts'
import type { Vm } from './vm.ts'

/** Longer texts are not worth the memory that they take, of an object that stays in the sandbox. */
const LONGEST_TEXT = 64

/** Nor are objects with more values. Two kilobytes at worst, a hundred bytes mostly. */
export const MOST_VALUES = 16

/** Types of which `exactValue` reads values. Values of the others are objects, which code can tell from each other, or have several forms. */
export const EXACT_KINDS: ReadonlySet<SqlType['kind']> = new Set(['BOOLEAN', 'INTEGER', 'BIGINT', 'DOUBLE', 'STRING'])

/** Undefined: the value is another one than is written for what it would be read as, or a long text. */
export function exactValue(kind: SqlType['kind'], at: number, vm: Vm): Value | undefined {
  const { memory } = vm
  const tag = memory.tagAt(at)
  if (tag === TAG.null) return null
  switch (kind) {
    case 'DOUBLE':
      return tag === TAG.int ? memory.i32[at >> 2]! : tag === null ? memory.readDouble(at) : undefined
    case 'INTEGER':
      return tag === TAG.int ? memory.i32[at >> 2]! : undefined
    case 'BIGINT':
      return tag === TAG.shortBigInt ? memory.i32[at >> 2]! : undefined
    case 'BOOLEAN':
      return tag === TAG.boolean ? memory.i32[at >> 2] === 1 : undefined
    case 'STRING':
      return shortTextAt(at, vm)
    default:
      return undefined
  }
}

/** A value that JSON keeps as it is. */
export type Json = string | number | boolean | null

/** Undefined: JSON does not keep the value as it is, or it is an object or a long text. */
export function exactJson(at: number, vm: Vm): Json | undefined {
  const { memory } = vm
  switch (memory.tagAt(at)) {
    case TAG.int:
      return memory.i32[at >> 2]!
    case null: {
      const value = memory.readDouble(at)
      return Number.isFinite(value) && !Object.is(value, -0) ? value : undefined
    }
    case TAG.boolean:
      return memory.i32[at >> 2] === 1
    case TAG.null:
      return null
    default:
      return shortTextAt(at, vm)
  }
}

function shortTextAt(at: number, { heap }: Vm): string | undefined {
  const text = heap.textAt(at)
  return text === null || text.length > LONGEST_TEXT ? undefined : text
}
