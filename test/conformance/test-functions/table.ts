/** Table test functions. */
import {
  type FunctionDeclaration,
  parameter,
  type TableVariant,
  tableFunction,
} from '../../../src/functions/declaration.ts'
import { valueText } from '../../../src/types/java-text.ts'
import type { SqlType } from '../../../src/types/sql-type.ts'
import type { Value } from '../../../src/types/value.ts'

const TYPES = ['INT', 'BIGINT', 'DOUBLE', 'BOOLEAN', 'STRING', 'DECIMAL', 'STRUCT<A STRING>']

const parameters = (types: readonly string[]) => types.map((type, i) => parameter(`arg${i}`, type, ''))

/** All seven as texts; `pick` finds a value and its type in an argument. */
const texts = (
  wrap: (type: string) => string,
  pick: { readonly type: (type: SqlType) => SqlType; readonly value: (arg: Value) => Value },
): TableVariant => ({
  parameters: parameters(TYPES.map(wrap)),
  returns: 'STRING',
  bind: (types) => {
    const printers = types.map((type) => valueText(pick.type(type)))
    return (...args) => args.map((arg, i) => printers[i]!(pick.value(arg)))
  },
})

/** One row, the argument; a DECIMAL is declared as DECIMAL(30, 10), whatever it is. */
const itself = (type: string): TableVariant => ({
  parameters: parameters([type]),
  returns: type === 'DECIMAL' ? 'DECIMAL(30, 10)' : type,
  bind: () => (arg) => [arg!],
})

export const testTableFunctions: readonly FunctionDeclaration[] = [
  tableFunction({
    name: 'TEST_UDTF',
    description: 'For conformance cases.',
    variants: [
      texts((type) => type, { type: (type) => type, value: (arg) => arg }),
      texts((type) => `ARRAY<${type}>`, {
        type: (type) => (type.kind === 'ARRAY' ? type.element : type),
        value: (arg) => (arg as readonly Value[])[0]!,
      }),
      texts((type) => `MAP<STRING, ${type}>`, {
        type: (type) => (type.kind === 'MAP' ? type.value : type),
        value: (arg) => [...(arg as ReadonlyMap<Value, Value>).values()][0]!,
      }),
      ...TYPES.map(itself),
    ],
  }),
  tableFunction({
    name: 'THROWING_UDTF',
    description: 'For conformance cases.',
    variants: [
      {
        parameters: parameters(['BOOLEAN']),
        returns: 'BOOLEAN',
        bind: () => (fails) => {
          if (fails === true) throw new Error('You asked me to throw...')
          return [fails!]
        },
      },
    ],
  }),
]
