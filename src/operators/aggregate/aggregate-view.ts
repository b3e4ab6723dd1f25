/** How pull queries read the states of an aggregation: the results of its functions, behind the key. */
import type { StepView } from '../step-facts.ts'
import { type AggregateCall, stateTypes } from './aggregate-call.ts'
import { compileAggregateFunctions } from './aggregate-functions.ts'

interface KeptGroups {
  readonly store: string
  readonly functions: readonly AggregateCall[]
}

const kept = ({ store, functions }: KeptGroups) => ({ store, states: stateTypes(functions) })

export const unwindowedView: StepView<KeptGroups> = {
  kept,
  compile({ functions }, context) {
    const { output, complete } = compileAggregateFunctions(functions, context)
    return (states, key) => output(key, complete(states))
  },
}

export const windowedView: StepView<KeptGroups> = {
  kept,
  compile({ functions }, context) {
    const { output } = compileAggregateFunctions(functions, context)
    return (states, key, window) => [...output(key, states), window!.start, window!.end]
  },
}
