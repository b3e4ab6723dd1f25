/**
 * Adds up the records of a stream before they are sent to the tasks that hold their groups, as aggregate/partial-aggregate.ts does, where some calls take
 * DISTINCT values: a partial also has the different values of its records, each with the calls that take it (distinct/group-states.ts).
 *
 * Equation: a set of values is the union of those of its parts. Only functions take part for which neither the order of records matters nor how they were
 * added up (`mergesParts`).
 *
 * Nothing is stored: the task flushes before its positions are committed.
 */
import { BIGINT } from '../../types/sql-type.ts'
import type { Row } from '../../types/value.ts'
import { callExpressions } from '../aggregate/aggregate-call.ts'
import { compileCall } from '../aggregate/aggregate-functions.ts'
import { PartialGroups } from '../aggregate/partial-groups.ts'
import { lengthOf, type PartialStates, textColumns } from '../aggregate/partial-states.ts'
import { partialWindows } from '../aggregate/partial-windows.ts'
import { readsNoColumns } from '../column-read.ts'
import { type DistinctAggregateCall, groupPartialColumns, sharedArguments } from '../distinct/group-states.ts'
import { takersOf } from '../distinct/seen-values.ts'
import { type SetValue, setValueCodec } from '../distinct/set-value.ts'
import type { OperatorDefinition } from '../operator.ts'
import type { OperatorContext } from '../operator-context.ts'
import { SentShare } from '../sent-share.ts'
import type { StepId } from '../step.ts'

export interface PartialChangeAggregateStep {
  readonly kind: 'partialChangeAggregate'
  readonly id: StepId
  /** The columns of the group come first in its rows. */
  readonly input: StepId
  /** The number of columns of a group. */
  readonly groups: number
  /** Those of the aggregation behind the repartition. */
  readonly functions: readonly DistinctAggregateCall[]
}

export const partialChangeAggregate: OperatorDefinition<PartialChangeAggregateStep> = {
  label: 'PARTIAL_AGGREGATE',
  peerName: 'PartialChangeAggregate',
  oldValue: 'ignores',
  usesStreamTime: false,
  passesKey: false,
  expressions: ({ functions }) => functions.flatMap(callExpressions),
  reads: readsNoColumns,
  view: null,
  upgrade: 'free',
  inputs: ({ input }) => [input],
  schema: ({ functions }, [input]) => ({
    ...input!,
    value: [...input!.value, ...groupPartialColumns(functions)],
  }),
  build({ groups: groupColumns, functions }, [input], context, emit) {
    if (!context.coalesces) return { inputs: [emit] }
    const states = groupStates(functions, context)
    const windows = partialWindows(undefined)
    const { streamTime } = context
    const groups = new PartialGroups({
      states,
      input: input!,
      windows,
      streamTime,
      passesFirst: true,
      groupColumns,
      emit,
    })
    const share = new SentShare()
    return {
      inputs: [
        (record) => {
          if (record.value === null) return
          if (share.passes()) {
            emit(record)
            return
          }
          share.note(groups.add(record))
          if (share.isTooLarge) groups.flush()
        },
      ],
      flush: () => groups.flush(),
      heldTime: () => groups.heldTime,
    }
  },
}

/** Memory of a value in a Map, in characters. */
const VALUE_SIZE = 16

/** The values of a set that a partial has, with the calls that take them. */
type PartialSet = Map<SetValue, number>

/** Number of rows, states of the calls that are not DISTINCT, sets. */
function groupStates(functions: readonly DistinctAggregateCall[], context: OperatorContext): PartialStates {
  const calls = functions.map((call) => ({ call, compiled: compileCall(call, context) }))
  const plain = calls.filter(({ call }) => !call.distinct)
  const sets = sharedArguments(
    calls.filter(({ call }) => call.distinct),
    ({ call }) => call,
  ).map((set) => {
    const [{ call, compiled }] = set as [(typeof set)[number]]
    return { argumentsOf: compiled.argumentsOf, takers: takersOf(set), codec: setValueCodec(call.argTypes) }
  })
  const setsAt = 1 + plain.length
  const texts = textColumns([BIGINT, ...plain.map(({ call }) => call.stateType)])
  return {
    reset(states) {
      states[0] = 0
      plain.forEach(({ compiled }, i) => {
        states[1 + i] = compiled.initialize()
      })
      sets.forEach((_, i) => {
        states[setsAt + i] = new Map()
      })
    },
    add(states, row) {
      let size = 0
      states[0] = (states[0] as number) + 1
      for (let i = 0; i < plain.length; i++) states[1 + i] = plain[i]!.compiled.add(states[1 + i]!, row)
      for (const i of texts) size += lengthOf(states[i]!)
      for (let i = 0; i < sets.length; i++) {
        const { argumentsOf, takers, codec } = sets[i]!
        const bits = takers(row)
        if (bits !== 0)
          size += addValue(states[setsAt + i] as unknown as PartialSet, codec.encode(argumentsOf(row)), bits)
      }
      return size
    },
    take(states) {
      const columns: Row = states.slice(0, setsAt)
      for (let i = setsAt; i < states.length; i++) {
        const set = states[i] as unknown as PartialSet
        columns.push([...set.keys()], [...set.values()])
        states[i] = null
      }
      return columns
    },
  }
}

/** Returns about how much memory the set takes more, in characters. */
function addValue(set: PartialSet, value: SetValue, bits: number): number {
  const known = set.get(value)
  if (known !== undefined) {
    if ((bits & ~known) !== 0) set.set(value, known | bits)
    return 0
  }
  set.set(value, bits)
  return VALUE_SIZE + (typeof value === 'string' ? value.length : 0)
}
