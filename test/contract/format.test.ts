import fc from 'fast-check'
import { avro } from '../../src/serde/avro.ts'
import type { FormatName } from '../../src/serde/format.ts'
import { FORMATS } from '../../src/serde/index.ts'
import { protobuf, protobufNosr } from '../../src/serde/protobuf.ts'
import { type FormatTraits, formatContract } from './format.contract.ts'
import { seenInProtobuf } from './protobuf-values.ts'

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

/** By name, so that a format without a row does not compile. Null: it has no columns. */
const TRAITS: { readonly [Name in FormatName]: FormatTraits | null } = {
  NONE: null,
  JSON: { kinds: [...PRIMITIVES, 'ARRAY', 'MAP', 'STRUCT'], maxColumns: 6, keepsEmptyStrings: true },
  DELIMITED: { kinds: PRIMITIVES, maxColumns: 6, keepsEmptyStrings: false },
  KAFKA: { kinds: ['INTEGER', 'BIGINT', 'DOUBLE', 'STRING', 'BYTES'], maxColumns: 1, keepsEmptyStrings: true },
}

const protobufTraits = (nullable?: 'WRAPPER'): FormatTraits => ({
  kinds: [...PRIMITIVES, 'ARRAY', 'MAP', 'STRUCT'],
  maxColumns: 6,
  names: fc.stringMatching(/^[A-Z][A-Z0-9_]{0,10}$/),
  nestsLists: false,
  ...(nullable === undefined ? {} : { nullable }),
  keepsEmptyStrings: true,
  seen: (type, value) => seenInProtobuf(type, value, nullable === 'WRAPPER'),
})

formatContract(avro, {
  kinds: [...PRIMITIVES, 'ARRAY', 'MAP', 'STRUCT'],
  maxColumns: 6,
  names: fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,10}$/),
  keepsEmptyStrings: true,
})

formatContract(protobufNosr, protobufTraits())
formatContract(protobufNosr, protobufTraits('WRAPPER'))
formatContract(protobuf, protobufTraits())

for (const [name, traits] of Object.entries(TRAITS)) {
  if (traits !== null) formatContract(FORMATS[name as FormatName], traits)
}
