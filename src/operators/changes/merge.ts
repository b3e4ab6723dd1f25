/** UNION ALL: the records of several relations with the same columns, as they come. What is no stream on any side is a bag of rows. */
import { noExpressions, sameTypes } from '../column-read.ts'
import type { OperatorDefinition } from '../operator.ts'
import type { StepId } from '../step.ts'

export interface MergeStep {
  readonly kind: 'merge'
  readonly id: StepId
  readonly merged: readonly StepId[]
}

export const merge: OperatorDefinition<MergeStep> = {
  label: 'MERGE',
  peerName: 'Merge',
  oldValue: 'passes',
  usesStreamTime: false,
  passesKey: false,
  expressions: noExpressions,
  reads: (_step, [first, ...others]) => others.flatMap(({ value }) => sameTypes(first!.value, value)),
  view: null,
  upgrade: 'refused',
  inputs: ({ merged }) => merged,
  schema: (_step, inputs) => ({
    kind: inputs.every(({ kind }) => kind === 'stream') ? 'stream' : 'table',
    key: [],
    window: null,
    value: inputs[0]!.value,
  }),
  build(_step, inputs, _context, emit) {
    const isStream = inputs.every(({ kind }) => kind === 'stream')
    return {
      inputs: inputs.map(() => ({ value, oldValue, timestamp, headers }) => {
        if (value === null && oldValue === null) return
        emit({ key: isStream ? null : [], window: null, value, oldValue, timestamp, headers })
      }),
    }
  },
}
