/**
 * Aggregation of changes, or of a stream: a table of one row for each group, and none for a group without rows. Output row: the columns of the
 * group, then the results.
 *
 * State: for each group the number of its rows and the states of the functions; for a function of DISTINCT values, or one that cannot take a value
 * back, also the different values and how often each is there.
 *
 * Equation: the states of a group are those of its rows that are there now. A value that leaves is undone where the function can do that; else the
 * state is made again from the values that are left, if it may depend on the one that has gone.
 *
 * Order: what a record puts in comes before what it takes out, so that a greatest value which only grows is never looked for. Records of one task
 * upstream come in order, and take out only what they have put in: a group never has less than no rows.
 */
import { prefixRange, textCodec } from '../../state/key.ts'
import type { KeyValueStore } from '../../state/store.ts'
import { BIGINT } from '../../types/sql-type.ts'
import type { Row, Value } from '../../types/value.ts'
import { type AggregateCall, callExpressions, outputColumns, stateTypes } from '../aggregate/aggregate-call.ts'
import { type CompiledCall, compileCall, type GroupState } from '../aggregate/aggregate-functions.ts'
import { PendingChanges } from '../aggregate/pending-changes.ts'
import { readsNoColumns } from '../column-read.ts'
import type { OperatorDefinition } from '../operator.ts'
import type { OperatorContext } from '../operator-context.ts'
import type { KeyedRecord } from '../record-key.ts'
import type { StepId } from '../step.ts'
import { expiry } from './expiry.ts'

export interface ChangeAggregateCall extends AggregateCall {
  readonly distinct: boolean
  /** Whether the function can take a value back out of its state. */
  readonly undoes: boolean
}

export interface ChangeAggregateStep {
  readonly kind: 'changeAggregate'
  readonly id: StepId
  /** Rows under the encoded key of their group; the columns of the group come first. */
  readonly input: StepId
  /** The number of columns of a group. */
  readonly groups: number
  /** Present for one group of all rows, by a constant, in a query that runs once: when all input has come the group is there, even without rows. */
  readonly hasRowOfNothing?: true
  readonly functions: readonly ChangeAggregateCall[]
  readonly store: string
  /** Values of functions that need them, by group. */
  readonly valueStore: string
  /** How long a group is kept, in event time, after its last change; null: for good. */
  readonly ttlMs: number | null
}

/** The group of a query without GROUP BY: the constant that it is grouped by. */
const ALL_ROWS: Row = [0]

export const changeAggregate: OperatorDefinition<ChangeAggregateStep> = {
  label: 'AGGREGATE',
  peerName: 'ChangeAggregate',
  oldValue: 'reads',
  usesStreamTime: ({ ttlMs }) => ttlMs !== null,
  passesKey: false,
  expressions: ({ functions }) => functions.flatMap(callExpressions),
  reads: readsNoColumns,
  view: null,
  upgrade: 'refused',
  inputs: ({ input }) => [input],
  schema({ groups, functions }, [input]) {
    const key = input!.value.slice(0, groups)
    return { kind: 'table', key, window: null, value: outputColumns(key, functions) }
  },
  stores: ({ store, valueStore, functions }) => [
    { name: store, kind: 'keyValue', types: [BIGINT, ...stateTypes(functions)] },
    ...(functions.some(keepsValues) ? [{ name: valueStore, kind: 'keyValue', types: [BIGINT] } as const] : []),
  ],
  build(step, _inputs, context, emit) {
    const { groups, store: name } = step
    const store = context.store({ name, kind: 'keyValue' })
    const values = step.functions.some(keepsValues) ? context.store({ name: step.valueStore, kind: 'keyValue' }) : null
    const calls = compileCalls(step, values, context)
    const apply = (change: GroupChange, states: Row): void => {
      states[0] = (states[0] as number) + change.count
      for (let i = 0; i < calls.length; i++) states[i + 1] = calls[i]!.change(change, states[i + 1]!)
    }
    let hasRow = false
    let isShownEmpty = false
    const output = (key: Row, states: Row): Row | null =>
      (states[0] as number) > 0 || isShownEmpty
        ? [...key, ...calls.map(({ result }, i) => result(states[i + 1]!))]
        : null
    const initial = (): Row => [0, ...calls.map(({ initialize }) => initialize())]
    const pending = new PendingChanges((group, { key, headers, oldValue }) => {
      const state = store.get(group)
      const value = state === undefined ? (isShownEmpty ? output(key, initial()) : null) : output(key, state.row)
      const timestamp = state?.timestamp ?? latest
      if (value !== null || oldValue !== null) emit({ key, window: null, value, oldValue, timestamp, headers })
    })
    let latest = 0
    const expire = expiry(step.ttlMs, values === null ? [store] : [store, values], context)
    return {
      inputs: [
        (record) => {
          const { value, oldValue, timestamp } = record
          if (value === null && oldValue === null) return
          const group = record.key![0] as string
          const key = (value ?? oldValue)!.slice(0, groups)
          const state: GroupState = store.get(group) ?? { row: initial(), timestamp }
          const keyed: KeyedRecord = { ...record, key }
          if (!pending.touch(group, keyed)) pending.add(group, keyed, output(key, state.row))
          if (value !== null) apply({ group, row: value, count: 1, timestamp }, state.row)
          if (oldValue !== null) apply({ group, row: oldValue, count: -1, timestamp }, state.row)
          if (state.timestamp < timestamp) state.timestamp = timestamp
          if (latest < timestamp) latest = timestamp
          hasRow = (state.row[0] as number) > 0
          if (state.row[0] === 0) store.delete(group)
          else store.put(group, state)
          if (!context.coalesces) pending.flush()
          if (step.ttlMs !== null) {
            pending.flush()
            expire()
          }
        },
      ],
      flush() {
        pending.flush()
        if (step.hasRowOfNothing !== true || hasRow || isShownEmpty) return
        isShownEmpty = true
        const value = output(ALL_ROWS, initial())
        emit({ key: ALL_ROWS, window: null, value, oldValue: null, timestamp: latest, headers: null })
      },
    }
  },
}

/** Whether a function's values are kept, beside its state. */
export const keepsValues = ({ distinct, undoes }: ChangeAggregateCall): boolean => distinct || !undoes

/** A row more (1) or less (-1) in a group. */
interface GroupChange {
  readonly group: string
  readonly row: Row
  readonly count: 1 | -1
  readonly timestamp: number
}

interface ChangingCall extends Pick<CompiledCall, 'initialize' | 'result'> {
  /** The state after the change. */
  readonly change: (change: GroupChange, state: Value) => Value
}

function compileCalls(
  { functions }: ChangeAggregateStep,
  values: KeyValueStore | null,
  context: OperatorContext,
): ChangingCall[] {
  return functions.map((call, index) => {
    const compiled = compileCall(call, context)
    return keepsValues(call) ? withValues(call, index, compiled, values!) : withoutValues(compiled)
  })
}

const withoutValues = ({ initialize, result, add, undo }: CompiledCall): ChangingCall => ({
  initialize,
  result,
  change: ({ row, count }, state) => (count > 0 ? add(state, row) : undo(state, row)),
})

/** A call whose values are kept: by group, place of the call, and value. */
function withValues(
  call: ChangeAggregateCall,
  index: number,
  compiled: CompiledCall,
  store: KeyValueStore,
): ChangingCall {
  const { initialize, result, takes, argumentsOf, addArguments, undoArguments } = compiled
  const { encode, decode } = textCodec(call.argTypes)
  const { encode: encodeState } = textCodec([call.stateType])
  const place = textCodec([BIGINT]).encode([index])
  const count = (key: string, change: 1 | -1, timestamp: number): number => {
    const now = ((store.get(key)?.row[0] as number | undefined) ?? 0) + change
    if (now === 0) store.delete(key)
    else store.put(key, { row: [now], timestamp })
    return now
  }
  const again = (prefix: string): Value => {
    let state = initialize()
    for (const [key, { row }] of store.entries(prefixRange(prefix))) {
      const args = decode((key as string).slice(prefix.length))
      const times = call.distinct ? 1 : (row[0] as number)
      for (let i = 0; i < times; i++) state = addArguments(state, args)
    }
    return state
  }
  return {
    initialize,
    result,
    change({ group, row, count: change, timestamp }, state) {
      if (!takes(row)) return state
      const args = argumentsOf(row)
      const prefix = group + place
      const value = encode(args as Row)
      const now = count(prefix + value, change, timestamp)
      if (change > 0) return call.distinct && now > 1 ? state : addArguments(state, args)
      if (call.distinct && now > 0) return state
      if (call.undoes) return undoArguments(state, args)
      // Without the value the state is the same, unless it shows in it.
      if (call.function === 'MIN' || call.function === 'MAX') {
        const isExtreme = state !== null && args[0] !== null && encodeState([state]) === encodeState([args[0]!])
        return isExtreme && now === 0 ? again(prefix) : state
      }
      return again(prefix)
    },
  }
}
