/** What an item of ORDER BY leaves unsaid. */
import type { SortItem } from '../sql/ast/query.ts'

/** Whether NULL comes before every value: it is greater than all of them unless the query says where it stands. */
export const nullsFirst = ({ descending, nulls }: SortItem): boolean =>
  nulls === null ? descending : nulls === 'FIRST'
