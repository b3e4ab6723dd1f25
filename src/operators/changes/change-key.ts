/**
 * Gives changes of a table, or records of a stream, a key from their rows. A change whose key changes becomes a delete under the old key and an
 * insert under the new one, in this order.
 *
 * A plain key identifies the row from here on. An `encoded` one says where the row belongs: one text for all its columns, NULL included, so that
 * rows of one group meet in one partition, whatever the types of the columns.
 */
import { textCodec } from '../../state/key.ts'
import type { Process } from '../../types/record.ts'
import type { Column } from '../../types/schema.ts'
import { STRING } from '../../types/sql-type.ts'
import type { Row } from '../../types/value.ts'
import { readsNoColumns } from '../column-read.ts'
import { compileRow, type ReportingContext, silently } from '../evaluate.ts'
import type { OperatorDefinition } from '../operator.ts'
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
    if (input!.kind === 'stream') return { inputs: [rekeyRecords(keyOf, emit)] }
    const { encode } = textCodec(encoded ? [STRING] : key.map(({ type }) => type))
    const oldKeyOf = compileKey(key, encoded, silently(context))
    const isSame = (a: Row, b: Row) => encode(a) === encode(b)
    return {
      inputs: [
        ({ value, oldValue, timestamp, headers }) => {
          const to = value === null ? null : keyOf(value)
          const from = oldValue === null ? null : oldKeyOf(oldValue)
          if (to !== null && from !== null && isSame(from, to)) {
            emit({ key: to, window: null, value, oldValue, timestamp, headers })
            return
          }
          if (from !== null) emit({ key: from, window: null, value: null, oldValue, timestamp, headers })
          if (to !== null) emit({ key: to, window: null, value, oldValue: null, timestamp, headers })
        },
      ],
    }
  },
}

/** A record of a stream without a value belongs nowhere. */
const rekeyRecords =
  (keyOf: (row: Row) => Row, emit: Process): Process =>
  ({ value, timestamp, headers }) => {
    if (value !== null) emit({ key: keyOf(value), window: null, value, oldValue: null, timestamp, headers })
  }

function compileKey(key: readonly NamedExpression[], encoded: boolean, context: ReportingContext): (row: Row) => Row {
  const keyOf = compileRow(key, context)
  if (!encoded) return keyOf
  const { encode } = textCodec(key.map(({ type }) => type))
  return (row) => [encode(keyOf(row))]
}
