/** Scalar test functions. */
import {
  type Call,
  type FunctionDeclaration,
  parameter,
  type ScalarVariant,
  scalar,
} from '../../../src/functions/declaration.ts'
import type { Value } from '../../../src/types/value.ts'

const A_STRUCT = 'STRUCT<A STRING>'

/** A variant whose parameters have no names that matter. */
const variant = (types: readonly string[], returns: string, call: Call): ScalarVariant => ({
  parameters: types.map((type, i) => parameter(`arg${i}`, type, '')),
  returns,
  nulls: 'pass',
  call,
})

const define = (name: string, variants: readonly ScalarVariant[]): FunctionDeclaration =>
  scalar({ name, cost: 'constant', category: 'OTHER', description: 'For conformance cases.', variants })

/** Null on every other call, beginning with the first. */
const everyOtherCall: ScalarVariant = {
  parameters: [parameter('arg0', 'STRING', '')],
  returns: 'STRING',
  nulls: 'pass',
  bind: () => {
    let calls = 0
    return (text: string) => (calls++ % 2 === 0 ? null : text)
  },
}

function boom(): never {
  throw new Error('boom!')
}

/** Gives `result`; `mustRun` false: the call should never have been made. */
function whenRun(result: Value, mustRun: boolean): Value {
  if (!mustRun) throw new Error('When is not lazy')
  return result
}

export const testScalarFunctions: readonly FunctionDeclaration[] = [
  define('TEST_UDF', [
    variant(['INT', 'STRING'], 'STRING', () => 'doStuffIntString'),
    variant(['BIGINT', 'STRING'], 'STRING', () => 'doStuffLongString'),
    variant(['BIGINT', 'BIGINT', 'STRING'], 'STRING', () => 'doStuffLongLongString'),
    variant(['BIGINT...'], 'STRING', () => 'doStuffLongVarargs'),
    variant([A_STRUCT], 'STRING', (struct: readonly Value[] | null) => struct?.[0] ?? null),
    variant([], A_STRUCT, () => ['foo']),
  ]),
  define('BAD_UDF', [
    variant(['INT'], 'INT', boom),
    variant(['BOOLEAN'], 'INT', (fails: boolean) => (fails ? boom() : 0)),
    everyOtherCall,
  ]),
  define('TOSTRUCT', [variant(['STRING'], A_STRUCT, (text: string) => [text])]),
  define('WHENCONDITION', [variant(['BOOLEAN', 'BOOLEAN'], 'BOOLEAN', whenRun)]),
  define('WHENRESULT', [variant(['INT', 'BOOLEAN'], 'INT', whenRun)]),
]
