/**
 * Gives changes of a table, or records of a stream, a key from their rows.
 *
 * A plain key identifies the row from here on. An `encoded` one says where the row belongs: one text for all its columns, NULL included, so that
 * rows of one group meet in one partition, whatever the types of the columns.
 */
import { columnsOf } from '../../expressions/inspect.ts'
import { textCodec } from '../../state/key.ts'
import type { Process } from '../../types/record.ts'
import type { Column } from '../../types/schema.ts'
import { STRING } from '../../types/sql-type.ts'
import type { Row } from '../../types/value.ts'
import { movingChanges } from '../change-moves.ts'
import { readsNoColumns } from '../column-read.ts'
import { compileRow, type ReportingContext, silently } from '../evaluate.ts'
import type { InputScreen } from '../input-screen.ts'
import type { OperatorDefinition } from '../operator.ts'
import type { OperatorContext } from '../operator-context.ts'
import type { NamedExpression, StepId } from '../step.ts'

export interface ChangeKeyStep {
  readonly kind: 'changeKey'
  readonly id: StepId
  readonly input: StepId
  readonly key: readonly NamedExpression[]
  readonly encoded: boolean
}

/** The key column that an encoded key consists of. */
export const GROUP_KEY: Column = { name: 'KSQL_GROUP', type: STRING }

export const changeKey: OperatorDefinition<ChangeKeyStep> = {
  label: 'CHANGE_KEY',
  peerName: 'ChangeKey',
  oldValue: 'reads',
  usesStreamTime: false,
  passesKey: false,
  expressions: ({ key }) => key.map(({ expression }) => expression),
  reads: readsNoColumns,
  view: null,
  upgrade: 'refused',
  inputs: ({ input }) => [input],
  schema: ({ key, encoded }, [input]) => ({
    kind: input!.kind,
    key: encoded ? [GROUP_KEY] : key.map(({ name, type }) => ({ name, type })),
    window: null,
    value: input!.value,
  }),
  build({ key, encoded }, [input], context, emit) {
    const keyOf = compileKey(key, encoded, context)
    if (input!.kind === 'stream')
      return { inputs: [rekeyRecords(keyOf, emit)], screens: [screenUnder(key, keyOf, context)] }
    const oldKeyOf = compileKey(key, encoded, silently(context))
    const types = encoded ? [STRING] : key.map(({ type }) => type)
    return { inputs: [movingChanges({ types, keyOf, oldKeyOf }, emit)] }
  },
}

/** A record of a stream without a value belongs nowhere. */
const rekeyRecords =
  (keyOf: (row: Row) => Row, emit: Process): Process =>
  ({ value, timestamp, headers }) => {
    if (value !== null) emit({ key: keyOf(value), window: null, value, oldValue: null, timestamp, headers })
  }

/** A record is needed if it is under its new key. Keys that could fail are computed once only, as they are reported. */
function screenUnder(
  key: readonly NamedExpression[],
  keyOf: (row: Row) => Row,
  { screen }: OperatorContext,
): InputScreen | null {
  if (screen === null || key.some(({ expression }) => expression.kind !== 'column')) return null
  const columns = new Set([...screen.columns, ...key.flatMap(({ expression }) => columnsOf(expression))])
  return { columns: [...columns].sort((a, b) => a - b), needs: (_key, row) => screen.needs(keyOf(row), row) }
}

function compileKey(key: readonly NamedExpression[], encoded: boolean, context: ReportingContext): (row: Row) => Row {
  const keyOf = compileRow(key, context)
  if (!encoded) return keyOf
  const { encode } = textCodec(key.map(({ type }) => type))
  return (row) => [encode(keyOf(row))]
}
