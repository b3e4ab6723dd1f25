import fc from 'fast-check'
import type { FormatName } from '../../src/serde/format.ts'
import { FORMATS } from '../../src/serde/index.ts'
import { type FormatTraits, formatContract } from './format.contract.ts'

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

const protobufTraits = (nullable?: 'OPTIONAL' | 'WRAPPER'): FormatTraits => ({
  kinds: [...PRIMITIVES, 'ARRAY', 'MAP', 'STRUCT'],
  maxColumns: 6,
  names: fc.stringMatching(/^[A-Z][A-Z0-9_]{0,10}$/),
  nestsLists: false,
  ...(nullable === undefined ? {} : { nullable }),
  keepsEmptyStrings: true,
})

/** By name, so that a format without a row does not compile. Null: it has no columns. */
const TRAITS: { readonly [Name in FormatName]: FormatTraits | null } = {
  NONE: null,
  JSON: { kinds: [...PRIMITIVES, 'ARRAY', 'MAP', 'STRUCT'], maxColumns: 6, keepsEmptyStrings: true },
  DELIMITED: { kinds: PRIMITIVES, maxColumns: 6, keepsEmptyStrings: false },
  JSON_SR: { kinds: [...PRIMITIVES, 'ARRAY', 'MAP', 'STRUCT'], maxColumns: 6, keepsEmptyStrings: true },
  AVRO: {
    kinds: [...PRIMITIVES, 'ARRAY', 'MAP', 'STRUCT'],
    maxColumns: 6,
    // Without underscores, of which the names of records within each other are made: two may then not be the same.
    names: fc.stringMatching(/^[A-Z][A-Z0-9]{0,10}$/),
    keepsEmptyStrings: true,
  },
  PROTOBUF: protobufTraits(),
  PROTOBUF_NOSR: protobufTraits(),
  KAFKA: { kinds: ['INTEGER', 'BIGINT', 'DOUBLE', 'STRING', 'BYTES'], maxColumns: 1, keepsEmptyStrings: true },
}

formatContract(FORMATS.PROTOBUF_NOSR, protobufTraits('WRAPPER'))
formatContract(FORMATS.PROTOBUF, protobufTraits('OPTIONAL'))

for (const [name, traits] of Object.entries(TRAITS)) {
  if (traits !== null) formatContract(FORMATS[name as FormatName], traits)
}
