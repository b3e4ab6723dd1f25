/** The formats REGEX and GROK: lines that a pattern takes apart. They are read, not written. See docs/formats.md#lines. */
import { quoteName } from '../types/sql-type.ts'
import type { Format, LineProperty } from './format.ts'
import { lineFieldParser } from './lines/field-values.ts'
import { patternRefusal } from './lines/line-pattern.ts'
import { PatternReader } from './lines/pattern-reader.ts'
import { NULL_READER } from './none.ts'

function patternFormat(name: 'REGEX' | 'GROK', lineProperty: LineProperty): Format {
  return {
    name,
    wrapping: 'never',
    supportsKey: false,
    isCanonical: false,
    takesDelimiter: false,
    isWritable: false,
    lineProperty,
    schemas: null,
    holdsNested: false,
    canBeUnreadable: () => true,
    refusal(columns, { line }, side) {
      if (columns.length === 0) return null
      if (side === 'KEY') return `The '${name}' format reads values, not keys`
      const bad = columns.find(({ type }) => lineFieldParser(type) === null)
      if (bad !== undefined)
        return `The '${name}' format does not support type '${bad.type.kind}', column: ${quoteName(bad.name)}`
      return line === undefined ? null : patternRefusal(line, columns, `VALUE_${name}`)
    },
    reader: (options) => (options.columns.length === 0 ? NULL_READER : new PatternReader(options)),
    writer() {
      throw new Error(`${name} reads lines and does not write them`)
    },
  }
}

export const regex: Format = patternFormat('REGEX', 'regex')
export const grok: Format = patternFormat('GROK', 'grok')
