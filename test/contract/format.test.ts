import { FORMATS } from '../../src/serde/index.ts'
import { formatContract } from './format.contract.ts'

const PRIMITIVES = [
  'BOOLEAN',
  'INTEGER',
  'BIGINT',
  'DOUBLE',
  'DECIMAL',
  'STRING',
  'BYTES',
  'TIME',
  'DATE',
  'TIMESTAMP',
] as const

formatContract(FORMATS.JSON, {
  kinds: [...PRIMITIVES, 'ARRAY', 'MAP', 'STRUCT'],
  maxColumns: 6,
  keepsEmptyStrings: true,
})
formatContract(FORMATS.DELIMITED, { kinds: PRIMITIVES, maxColumns: 6, keepsEmptyStrings: false })
formatContract(FORMATS.KAFKA, {
  kinds: ['INTEGER', 'BIGINT', 'DOUBLE', 'STRING', 'BYTES'],
  maxColumns: 1,
  keepsEmptyStrings: true,
})
