/** Scalar function calls: arguments, lambdas, window units, overloads. Source: ksqlDB's ExpressionTypeManager and UdfIndex. */
import { messageOf, StatementError } from '../../errors.ts'
import type { ScalarFunction } from '../../functions/declaration.ts'
import { parametersFor } from '../../functions/match.ts'
import { type ArgumentType, resolveScalar, type ScalarResolution, signatureOf } from '../../functions/resolve.ts'
import type { Concat, FunctionCall, Lambda, Expression as Syntax } from '../../sql/ast/query.ts'
import type { SqlType } from '../../types/sql-type.ts'
import { coerce } from '../coerce.ts'
import type { Expression, LambdaExpression } from '../expression.ts'
import { type Checker, refuse } from './checker.ts'

/** An argument as it can be typed before the variant is known: a lambda's body needs the variant first. */
type Argument = Expression | Lambda

export function checkCall(node: FunctionCall, checker: Checker): Expression {
  const declaration = scalarFunction(node, checker)
  const args = node.args.map((arg) => checkArgument(arg, checker))
  const lambdas = new Map<number, LambdaExpression>()
  const typeLambda = (index: number, types: readonly SqlType[]): SqlType | null => {
    const { lambda, bodyType } = checkLambda(args[index] as Lambda, types, checker)
    lambdas.set(index, lambda)
    return bodyType
  }
  const resolution = located(node, () => resolveScalar(declaration, args.map(argumentType), typeLambda))
  checkLiterals(node, args, resolution)
  return {
    kind: 'call',
    type: resolution.returns,
    name: declaration.name,
    signature: signatureOf(resolution.variant),
    args: args.map((arg, i) => finishArgument(arg, i, resolution, lambdas)),
  }
}

/** `a || b || c` is CONCAT(a, b, c): one call, however long the chain is. */
export const checkConcat = (node: Concat, checker: Checker): Expression => {
  const call: FunctionCall = { kind: 'functionCall', name: 'CONCAT', args: operandsOf(node), star: false }
  return checkCall(node.location === undefined ? call : { ...call, location: node.location }, checker)
}

function operandsOf(node: Concat): Syntax[] {
  const reversed: Syntax[] = []
  let left: Syntax = node
  for (; left.kind === 'concat'; left = left.left) reversed.push(left.right)
  return [left, ...reversed.reverse()]
}

function scalarFunction(node: FunctionCall, { scope }: Checker): ScalarFunction {
  const declaration = located(node, () => scope.functions.get(node.name))
  if (declaration.kind === 'scalar') return declaration
  const what = declaration.kind === 'aggregate' ? 'Aggregate function' : 'Table function'
  throw refuse(`${what} ${declaration.name} cannot be used here: only scalar functions can.`, node)
}

function located<Result>(node: Syntax, run: () => Result): Result {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof StatementError) || error.location !== undefined) throw error
    throw refuse(error.message, node, error)
  }
}

/** What a parameter refuses in advance is refused at the place of the argument. */
function checkLiterals(
  node: FunctionCall,
  args: readonly Argument[],
  { declaration, variant }: ScalarResolution,
): void {
  const parameters = parametersFor(variant.parameters, args.length)
  const texts = args.map((arg) => (arg.kind === 'literal' && typeof arg.value === 'string' ? arg.value : null))
  texts.forEach((text, i) => {
    const { name, check } = parameters![i]!
    try {
      if (text !== null) check?.(text)
    } catch (error) {
      throw refuse(`Argument '${name}' of ${declaration.name}: ${messageOf(error)}`, node.args[i]!, error)
    }
  })
  try {
    variant.checkTexts?.(texts)
  } catch (error) {
    throw refuse(`${declaration.name}: ${messageOf(error)}`, node, error)
  }
}

function checkArgument(node: Syntax, checker: Checker): Argument {
  if (node.kind !== 'lambda') return checker.check(node)
  if (!checker.scope.lambdasEnabled) throw refuse('Lambdas are not enabled at this time.', node)
  return node
}

function argumentType(arg: Argument): ArgumentType {
  if (isLambdaSyntax(arg)) return { lambda: arg.parameters.length }
  return arg.kind === 'intervalUnit' ? 'INTERVALUNIT' : arg.type
}

const isLambdaSyntax = (arg: Argument): arg is Lambda => arg.kind === 'lambda' && !('type' in arg)

function finishArgument(
  arg: Argument,
  index: number,
  { argumentTypes, parameterTypes }: ScalarResolution,
  lambdas: ReadonlyMap<number, LambdaExpression>,
): Expression {
  if (isLambdaSyntax(arg)) return { ...lambdas.get(index)!, type: parameterTypes[index]! }
  if (arg.type === null) return coerce(arg, parameterTypes[index]!)
  const wanted = argumentTypes[index] ?? null
  return wanted === null ? arg : coerce(arg, wanted)
}

function checkLambda(
  node: Lambda,
  types: readonly SqlType[],
  checker: Checker,
): { lambda: LambdaExpression; bodyType: SqlType | null } {
  const parameters = node.parameters.map((name, i) => {
    if (checker.scope.hasColumn(name)) throw refuse(`Lambda function argument can't be a column name: ${name}`, node)
    return { name, slot: checker.parameters.size + i, type: types[i]! }
  })
  const body = checker.within(parameters).check(node.body)
  return { lambda: { kind: 'lambda', type: body.type, parameters, body }, bodyType: body.type }
}
