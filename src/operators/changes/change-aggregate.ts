/**
 * Aggregation of changes, or of a stream: a table of one row for each group, and none for a group without rows. Output row: the columns of the
 * group, then the results.
 *
 * State: for each group the number of its rows and the states of the functions; for a function of DISTINCT values, or one that cannot take a value
 * back, also the different values and how often each is there. In a stream nothing is taken back (distinct/group-additions.ts), and where its DISTINCT values are in
 * blocks, columns of their sets stand behind the states (distinct/group-states.ts).
 *
 * Equation: the states of a group are those of its rows that are there now. A value that leaves is undone where the function can do that; else the
 * state is made again from the values that are left, if it may depend on the one that has gone.
 *
 * Order: what a record puts in comes before what it takes out, so that a greatest value which only grows is never looked for. Records of one task
 * upstream come in order, and take out only what they have put in: a group never has less than no rows.
 */
import { prefixRange, textCodec } from '../../state/key.ts'
import type { KeyValueStore, StoreDeclaration } from '../../state/store.ts'
import { BIGINT } from '../../types/sql-type.ts'
import type { Row, Value } from '../../types/value.ts'
import { callExpressions, outputColumns, stateTypes } from '../aggregate/aggregate-call.ts'
import { type CompiledCall, compileCall, type GroupState } from '../aggregate/aggregate-functions.ts'
import { PendingChanges } from '../aggregate/pending-changes.ts'
import { type GroupAdditions, groupAdditions } from '../distinct/group-additions.ts'
import {
  type DistinctAggregateCall,
  groupPartialColumns,
  type SetColumns,
  setColumns,
} from '../distinct/group-states.ts'
import { valueBlocksStore } from '../distinct/value-blocks.ts'
import type { OperatorDefinition } from '../operator.ts'
import type { StepId } from '../step.ts'
import { expiry, forgetBefore } from './expiry.ts'

export interface ChangeAggregateCall extends DistinctAggregateCall {
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
  /** Whether the input is a stream whose values are only noted, not counted. Plans of older servers count them. */
  readonly onlyAdds?: true
  /** Whether the values of a stream are kept in blocks. Plans of older servers, and those with a TTL, have an entry for each. */
  readonly valuesInBlocks?: true
  /** Whether a set of few values is kept in the row of its group, and only a larger one in blocks. Plans of older servers have blocks for all. */
  readonly keepsSmallSets?: true
  /** Rows with more columns than that are partials (partial-change-aggregate.ts). Absent: there are none. */
  readonly recordColumns?: number
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
  reads: ({ recordColumns, functions }, [input]) =>
    recordColumns === undefined
      ? []
      : groupPartialColumns(functions).map(({ name, type }, i) => ({
          row: input!.value,
          index: recordColumns + i,
          name,
          type,
        })),
  view: {
    kept: ({ store }) => ({ store, states: [] }),
    compile({ functions }, context) {
      const calls = functions.map((call) => compileCall(call, context))
      return (states, key) => ((states[0] as number) > 0 ? resultOf(calls, key, states) : null)
    },
  },
  upgrade: 'refused',
  inputs: ({ input }) => [input],
  schema({ groups, functions }, [input]) {
    const key = input!.value.slice(0, groups)
    return { kind: 'table', key, window: null, value: outputColumns(key, functions) }
  },
  stores: (step) => [
    {
      name: step.store,
      kind: 'keyValue',
      types: [BIGINT, ...stateTypes(step.functions), ...setsIn(step).types],
    },
    ...(keepsValues(step) ? [valuesStore(step)] : []),
  ],
  build(step, [input], context, emit) {
    const { groups, store: name, recordColumns } = step
    const store = context.store({ name, kind: 'keyValue' })
    const values = keepsValues(step) ? context.store({ name: step.valueStore, kind: 'keyValue' }) : null
    const calls = step.functions.map((call) => compileCall(call, context))
    const added = step.onlyAdds === true ? additions(step, calls, values) : null
    const change = added?.add ?? changes(step, calls, values)
    const apply = (one: GroupChange, states: Row): void => {
      states[0] = (states[0] as number) + one.count
      change(one, states)
    }
    const isPartial = (row: Row): boolean => recordColumns !== undefined && row.length > recordColumns
    const groupOf =
      recordColumns === undefined ? null : textCodec(input!.value.slice(0, groups).map(({ type }) => type))
    // A group that loses its last row leaves as a deletion, if it was there.
    const needsOld = context.oldValues || step.onlyAdds !== true
    let hasRow = false
    let isShownEmpty = false
    const output = (key: Row, states: Row): Row | null =>
      (states[0] as number) > 0 || isShownEmpty ? resultOf(calls, key, states) : null
    const sets = setsIn(step)
    const initial = (): Row => [0, ...calls.map(({ initialize }) => initialize()), ...sets.initial()]
    const pending = new PendingChanges((group, { key, headers, oldValue }) => {
      const state = store.get(group)
      const value = state === undefined ? (isShownEmpty ? output(key, initial()) : null) : output(key, state.row)
      const timestamp = state?.timestamp ?? latest
      if (value !== null || oldValue !== null) emit({ key, window: null, value, oldValue, timestamp, headers })
    })
    let latest = 0
    const expire = expiry(step.ttlMs, values === null ? [store] : [store, values], context, (one, before) => {
      pending.flush()
      forgetBefore(one, before)
    })
    return {
      inputs: [
        (record) => {
          const { value, oldValue, timestamp } = record
          if (value === null && oldValue === null) return
          const group = record.key![0] as string
          const state: GroupState = store.get(group) ?? { row: initial(), timestamp }
          if (!pending.touch(group, record)) {
            const row = (value ?? oldValue)!
            const key = groupOf !== null && isPartial(row) ? groupOf.decode(group) : row.slice(0, groups)
            pending.add(group, { ...record, key }, needsOld ? output(key, state.row) : null)
          }
          if (value !== null && isPartial(value))
            added!.merge({ group, row: value, timestamp }, recordColumns!, state.row)
          else if (value !== null) apply({ group, row: value, count: 1, timestamp }, state.row)
          if (oldValue !== null) apply({ group, row: oldValue, count: -1, timestamp }, state.row)
          if (state.timestamp < timestamp) state.timestamp = timestamp
          if (latest < timestamp) latest = timestamp
          hasRow = (state.row[0] as number) > 0
          if (state.row[0] === 0) store.delete(group)
          else store.put(group, state)
          if (!context.coalesces) pending.flush()
          expire()
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

/**
 * Whether pull queries can read the result from the groups: they are kept for good, under keys as stores of tables have them. Those of a single column
 * are encoded otherwise, as a group may be NULL.
 */
export const keepsResult = ({ ttlMs, groups }: ChangeAggregateStep): boolean => ttlMs === null && groups > 1

function resultOf(calls: readonly CompiledCall[], key: Row, states: Row): Row {
  const width = key.length
  const row: Row = new Array(width + calls.length)
  for (let i = 0; i < width; i++) row[i] = key[i]!
  for (let i = 0; i < calls.length; i++) row[width + i] = calls[i]!.result(states[i + 1]!)
  return row
}

/** Whether values are kept beside the states. */
export const keepsValues = ({ functions, onlyAdds }: ChangeAggregateStep): boolean =>
  functions.some((call) => (onlyAdds === true ? call.distinct : countsValues(call)))

const valuesStore = ({ valueStore: name, valuesInBlocks }: ChangeAggregateStep): StoreDeclaration =>
  valuesInBlocks === true ? valueBlocksStore(name) : { name, kind: 'keyValue', types: [BIGINT] }

/** The columns of a group's sets, where the sets are in blocks. */
const setsIn = ({ functions, valuesInBlocks, keepsSmallSets }: ChangeAggregateStep): SetColumns =>
  setColumns(valuesInBlocks === true ? functions : [], keepsSmallSets === true)

const countsValues = ({ distinct, undoes }: ChangeAggregateCall): boolean => distinct || !undoes

/** A row more (1) or less (-1) in a group. */
interface GroupChange {
  readonly group: string
  readonly row: Row
  readonly count: 1 | -1
  readonly timestamp: number
}

/** Changes the states of a group, which stand behind its number of rows. */
type StateChange = (change: GroupChange, states: Row) => void

/** The changes that a stream makes: rows are only added. */
const additions = (
  { functions, valuesInBlocks, keepsSmallSets, ttlMs }: ChangeAggregateStep,
  calls: readonly CompiledCall[],
  values: KeyValueStore | null,
): GroupAdditions =>
  groupAdditions({
    functions,
    calls,
    values,
    valuesInBlocks: valuesInBlocks === true,
    keepsSmallSets: keepsSmallSets === true,
    isForgotten: ttlMs !== null,
  })

function changes(
  { functions }: ChangeAggregateStep,
  calls: readonly CompiledCall[],
  values: KeyValueStore | null,
): StateChange {
  const changing = functions.map((call, i) =>
    countsValues(call) ? withValues(call, i, calls[i]!, values!) : withoutValues(calls[i]!),
  )
  return (change, states) => {
    for (let i = 0; i < changing.length; i++) states[i + 1] = changing[i]!(change, states[i + 1]!)
  }
}

/** The state of a call after the change. */
type CallChange = (change: GroupChange, state: Value) => Value

const withoutValues =
  ({ add, undo }: CompiledCall): CallChange =>
  ({ row, count }, state) =>
    count > 0 ? add(state, row) : undo(state, row)

/** A call whose values are kept: by group, place of the call, and value. */
function withValues(
  call: ChangeAggregateCall,
  index: number,
  compiled: CompiledCall,
  store: KeyValueStore,
): CallChange {
  const { initialize, takes, argumentsOf, addArguments, undoArguments } = compiled
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
  return ({ group, row, count: change, timestamp }, state) => {
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
  }
}
