import fc from 'fast-check'
import type { Format, FormatName } from '../../src/serde/format.ts'
import { FORMATS } from '../../src/serde/index.ts'
import { lineFieldText } from '../../src/serde/lines/field-values.ts'
import { patternOfGrok } from '../../src/serde/lines/grok.ts'
import { patternOfRegex } from '../../src/serde/lines/line-pattern.ts'
import { writeUtf8 } from '../../src/serde/text.ts'
import { type FormatTraits, formatContract } from './format.contract.ts'
import { ALL_KINDS, PRIMITIVES } from './format-samples.ts'

const protobufTraits = (nullable?: 'OPTIONAL' | 'WRAPPER'): FormatTraits => ({
  kinds: ALL_KINDS,
  maxColumns: 6,
  names: fc.stringMatching(/^[A-Z][A-Z0-9_]{0,10}$/),
  nestsLists: false,
  ...(nullable === undefined ? {} : { nullable }),
  keepsEmptyStrings: true,
})

/** By name, so that a format without a row does not compile. Null: it has no columns, or writes none. */
const TRAITS: { readonly [Name in FormatName]: FormatTraits | null } = {
  NONE: null,
  JSON: { kinds: ALL_KINDS, maxColumns: 6, keepsEmptyStrings: true },
  DELIMITED: { kinds: PRIMITIVES, maxColumns: 6, keepsEmptyStrings: false },
  CSV: { kinds: PRIMITIVES, maxColumns: 6, keepsEmptyStrings: true },
  LINE: { kinds: ['STRING'], maxColumns: 1, keepsEmptyStrings: true },
  // They are read only; see below.
  REGEX: null,
  GROK: null,
  JSON_SR: { kinds: ALL_KINDS, maxColumns: 6, keepsEmptyStrings: true },
  AVRO: {
    kinds: ALL_KINDS,
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

formatContract(FORMATS.CSV, {
  kinds: PRIMITIVES,
  maxColumns: 6,
  keepsEmptyStrings: true,
  spec: (columns) => ({ header: ['not a column', ...columns.map(({ name }) => name).toReversed()] }),
})

/** Lines such as `=text<TAB>-<TAB>=7`, in which `-` is NULL, are written by the test and taken apart by a pattern. */
const FIELD = /^[A-Z][A-Z0-9_]{0,10}$/

const lineWriter: Format['writer'] = ({ columns, sources }) => {
  const texts = columns.map(({ type }) => lineFieldText(type))
  return {
    write(row, out) {
      const fields = sources.map((source, i) => {
        const value = row[source]!
        return value === null ? '-' : `=${texts[i]!(value)}`
      })
      writeUtf8(`${fields.join('\t')}.`, out)
      return true
    },
  }
}

const patternTraits: FormatTraits = {
  kinds: PRIMITIVES,
  maxColumns: 6,
  names: fc.stringMatching(FIELD),
  keepsEmptyStrings: true,
}

formatContract(
  { ...FORMATS.REGEX, writer: lineWriter },
  {
    ...patternTraits,
    spec: (columns) => ({
      line: patternOfRegex(`(?s)^${columns.map(({ name }) => `(?:-|=(?<${name}>[^\\t]*))`).join('\\t')}\\.$`),
    }),
  },
)
formatContract(
  { ...FORMATS.GROK, writer: lineWriter },
  {
    ...patternTraits,
    spec: (columns) => ({
      line: patternOfGrok(
        `^${columns.map(({ name }) => `(?:-|=%{FIELD:${name.toLowerCase()}})`).join('\\t')}\\.$`,
        'FIELD [^\\t]*',
      ),
    }),
  },
)

for (const [name, traits] of Object.entries(TRAITS)) {
  if (traits !== null) formatContract(FORMATS[name as FormatName], traits)
}
