/** The columns of the records of J1 and J7, for formats that have a schema. */
import type { Column } from '../src/types/schema.ts'
import { BIGINT, INTEGER, STRING } from '../src/types/sql-type.ts'

export const USER_COLUMNS: readonly Column[] = [
  { name: 'USERID', type: STRING },
  { name: 'NAME', type: STRING },
  { name: 'STATE', type: STRING },
  { name: 'CITY', type: STRING },
  { name: 'TS', type: BIGINT },
  { name: 'IP', type: STRING },
  { name: 'KIND', type: STRING },
  { name: 'BYTES', type: INTEGER },
  { name: 'PAYLOAD', type: STRING },
]
