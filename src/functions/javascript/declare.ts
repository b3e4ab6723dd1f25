/** User-defined functions as declarations, which plans and expressions use as they use the built-in ones. */
import { literalFromJson } from '../../types/literal-json.ts'
import { formatType, type SqlType } from '../../types/sql-type.ts'
import type { Value } from '../../types/value.ts'
import type { Budget } from '../budget.ts'
import type {
  AggregateVariant,
  AppendOnlyRuntime,
  FunctionContext,
  FunctionDeclaration,
  Parameter,
  ScalarVariant,
  TableVariant,
  UndoableRuntime,
} from '../declaration.ts'
import type { FunctionDefinition, FunctionParameter } from '../definition.ts'
import type { FunctionCaller } from '../user-functions.ts'
import { aggregateCalls } from './aggregate-calls.ts'
import { rowType, stateType } from './compiled-function.ts'
import type { Sandbox, SandboxCaller } from './sandbox.ts'
import { scalarCall, tableCall } from './sandbox-call.ts'
import { neededCount, typeText } from './signature.ts'

export interface DeclareOptions {
  /** The sandbox of a definition on this thread. */
  readonly sandbox: (definition: FunctionDefinition) => Sandbox
  readonly caller: FunctionCaller
}

/** The declaration of a function with all its overloads, which are of one kind. */
export function declareFunction(
  overloads: readonly FunctionDefinition[],
  options: DeclareOptions,
): FunctionDeclaration {
  const { name, kind, description } = overloads[0]!
  const common = {
    name,
    printedName: name,
    description: description || 'A user-defined function, in JavaScript.',
    definitions: overloads,
  }
  switch (kind) {
    case 'SCALAR':
      return {
        kind: 'scalar',
        ...common,
        category: 'OTHER',
        // Its time and its memory have bounds of their own.
        cost: 'constant',
        variants: overloads.flatMap((overload) => calls(overload).map((call) => scalarVariant(call, options))),
      }
    case 'TABLE':
      return {
        kind: 'table',
        ...common,
        category: 'TABLE',
        variants: overloads.flatMap((overload) => calls(overload).map((call) => tableVariant(call, options))),
      }
    case 'AGGREGATE':
      return {
        kind: 'aggregate',
        ...common,
        category: 'AGGREGATE',
        variants: overloads.flatMap((overload) => calls(overload).map((call) => aggregateVariant(call, options))),
      }
  }
}

/** A way to call an overload: with all arguments, or without the last ones, which then have their defaults. */
interface OverloadCall {
  readonly definition: FunctionDefinition
  readonly parameters: readonly FunctionParameter[]
  readonly defaults: readonly Value[]
}

function calls(definition: FunctionDefinition): readonly OverloadCall[] {
  const { parameters } = definition
  const needed = neededCount(parameters)
  const ways = parameters.length - needed + 1
  return Array.from({ length: ways }, (_, i): OverloadCall => {
    const given = parameters.length - i
    const left = parameters.slice(given)
    return {
      definition,
      parameters: parameters.slice(0, given),
      defaults: left.map(({ type, defaultValue }) => literalFromJson(type as SqlType, defaultValue!)),
    }
  })
}

function common({ definition, parameters }: OverloadCall) {
  return { parameters: parameters.map(parameterOf), description: `Version ${definition.version}.` }
}

const parameterOf = ({ name, type, isVariadic }: FunctionParameter): Parameter => ({
  name,
  type: `${typeText(type)}${isVariadic ? '...' : ''}`,
  description: '',
})

const callerOf = (definition: FunctionDefinition, caller: FunctionCaller, budget: Budget): SandboxCaller => ({
  usage: caller.usage(definition),
  log: (text) => caller.log(definition, text),
  spent: (ms, evaluation) => budget.timeKeeper?.spent(ms, evaluation),
})

function scalarVariant(call: OverloadCall, { sandbox, caller }: DeclareOptions): ScalarVariant {
  const { definition, defaults } = call
  return {
    ...common(call),
    returns: formatType(definition.returns!),
    nulls: definition.isStrict ? 'propagate' : 'pass',
    bind: (args, _returns, { budget }) =>
      scalarCall({
        sandbox: sandbox(definition),
        arity: args.length,
        defaults,
        budget,
        caller: callerOf(definition, caller, budget),
      }),
  }
}

function tableVariant(call: OverloadCall, { sandbox, caller }: DeclareOptions): TableVariant {
  const { definition, defaults } = call
  return {
    ...common(call),
    returns: formatType(rowType(definition)),
    bind(args, { budget }) {
      const rows = tableCall({
        sandbox: sandbox(definition),
        arity: args.length,
        defaults,
        budget,
        caller: callerOf(definition, caller, budget),
      })
      return definition.isStrict ? (...values) => (values.includes(null) ? [] : rows(...values)) : rows
    },
  }
}

const appendOnly = ({ initialize, add, merge, result }: UndoableRuntime): AppendOnlyRuntime => ({
  initialize,
  add,
  merge,
  result,
})

function aggregateVariant(call: OverloadCall, { sandbox, caller }: DeclareOptions): AggregateVariant {
  const { definition, defaults } = call
  const signature = {
    ...common(call),
    returns: formatType(definition.returns!),
    state: formatType(stateType(definition)),
    hasMerge: definition.hasMerge,
  }
  const open = ({ budget }: FunctionContext) =>
    aggregateCalls({ sandbox: sandbox(definition), budget, defaults, caller: callerOf(definition, caller, budget) })
  if (!definition.hasRemove) {
    return { ...signature, hasUndo: false, bind: (_args, _initial, context) => appendOnly(open(context)) }
  }
  return { ...signature, hasUndo: true, bind: (_args, _initial, context) => open(context) }
}
