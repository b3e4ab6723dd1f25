/** CUBE_EXPLODE: the combinations of columns of GROUP BY CUBE. */
import type { Value } from '../../types/value.ts'
import { type FunctionDeclaration, parameter, type TableRows, tableFunction } from '../declaration.ts'

const MAX_COLUMNS = 20

/**
 * Rows of `columns` with each one present or NULL, counting up in binary: the last column is the lowest bit, all absent comes first. A
 * column that is NULL anyway takes no part in the counting, so no row comes twice.
 */
function cube(columns: readonly Value[] | null): TableRows {
  if (columns === null) return []
  if (columns.length > MAX_COLUMNS) {
    throw new Error(`cube_explode: too many columns (${columns.length}); max is ${MAX_COLUMNS}`)
  }
  const present = columns.flatMap((value, i) => (value === null ? [] : [i]))
  return {
    length: 2 ** present.length,
    at(number) {
      const row: Value[] = columns.map(() => null)
      present.forEach((position, i) => {
        const bit = present.length - 1 - i
        if ((number >>> bit) & 1) row[position] = columns[position]!
      })
      return row
    },
  }
}

export const cubeExplodeFunctions: readonly FunctionDeclaration[] = [
  tableFunction({
    name: 'CUBE_EXPLODE',
    description: 'A row for each combination of the columns, in which each column has its value or is NULL.',
    example: { call: 'CUBE_EXPLODE(ARRAY[1, 2])', result: '[null, null], [null, 2], [1, null], [1, 2]' },
    variants: [
      {
        parameters: [parameter('columns', 'ARRAY<T>', `the columns, ${MAX_COLUMNS} at most`)],
        returns: 'ARRAY<T>',
        call: cube,
      },
    ],
  }),
]
