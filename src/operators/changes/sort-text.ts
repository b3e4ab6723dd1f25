/**
 * Texts that order like SQL orders rows by some columns, each ascending or descending, NULL first or last. A text of ascending order is that of store keys
 * (state/key.ts). A descending one is the complement of its code units: of a number in the range that its units have, of other types as four hexadecimal
 * digits for each, since stores do not take all code units.
 */
import { textCodec } from '../../state/key.ts'
import type { Column } from '../../types/schema.ts'
import type { SqlType } from '../../types/sql-type.ts'
import type { Row } from '../../types/value.ts'

export interface SortColumn {
  readonly index: number
  readonly descending: boolean
  readonly nullsFirst: boolean
}

/** `columns`: of the rows. Rows that are equal in the sorted columns have equal texts, and no text begins another one. */
export function sortTexts(order: readonly SortColumn[], columns: readonly Column[]): (row: Row) => string {
  const parts = order.map(({ index, descending, nullsFirst }) => {
    const { type } = columns[index]!
    const { encode } = textCodec([type])
    const complement = NUMBERS.has(type.kind) ? numberComplement : textComplement
    const nullText = nullsFirst ? '0' : '2'
    return (row: Row): string => {
      const value = row[index]!
      if (value === null) return nullText
      const text = encode([value])
      return `1${descending ? complement(text) : text}`
    }
  })
  return (row) => {
    let text = ''
    for (const part of parts) text += part(row)
    return text
  }
}

const NUMBERS: ReadonlySet<SqlType['kind']> = new Set(['INTEGER', 'BIGINT', 'DOUBLE', 'DATE', 'TIME', 'TIMESTAMP'])

/** The least and the greatest code unit of a number's text, together. */
const NUMBER_UNITS = 32 + (32 + 0x1fff)

function numberComplement(text: string): string {
  let result = ''
  for (let i = 0; i < text.length; i++) result += String.fromCharCode(NUMBER_UNITS - text.charCodeAt(i))
  return result
}

/** The mark at the end is above all digits, as a longer text comes before its beginning then. */
function textComplement(text: string): string {
  let result = ''
  for (let i = 0; i < text.length; i++) result += (0xffff - text.charCodeAt(i)).toString(16).padStart(4, '0')
  return `${result}~`
}
