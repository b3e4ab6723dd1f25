/** Columns of a result. See docs/http-api.md#post-query. */
import type { ColumnText } from '../../types/column-text.ts'

export type Column = ColumnText

export const isNumeric = ({ type }: Column): boolean => /^(?:INTEGER|INT|BIGINT|DOUBLE|DECIMAL)\b/.test(type)
