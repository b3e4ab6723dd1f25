/** One call with OVER as part of its step. */
import { durationMs } from '../../analysis/durations.ts'
import { refuse } from '../../analysis/errors.ts'
import { placing } from '../../errors.ts'
import { castNode } from '../../expressions/coerce.ts'
import type { Expression } from '../../expressions/expression.ts'
import { resolveAggregate } from '../../functions/resolve.ts'
import type { FrameEdge, OverCall, OverFrame } from '../../operators/changes/over-functions.ts'
import type { SortColumn } from '../../operators/changes/sort-text.ts'
import type { Duration, Frame, FrameBound, FunctionCall } from '../../sql/ast/query.ts'
import { displayExpression } from '../../sql/format.ts'
import { BIGINT, type SqlType } from '../../types/sql-type.ts'
import type { PlanBuilder, Relation } from '../builder.ts'
import { argumentTypeOf, bindAggregate } from './aggregate-call.ts'
import { knownType, typed } from './typed.ts'

interface OverScope {
  readonly relation: Relation
  readonly order: readonly SortColumn[]
  readonly builder: PlanBuilder
}

/** `name`: of the result. Throws StatementError. */
export function overCall(call: FunctionCall, name: string, scope: OverScope): OverCall {
  refuseParts(call)
  switch (call.name) {
    case 'ROW_NUMBER':
    case 'RANK':
    case 'DENSE_RANK':
      checkArguments(call, 0, 0)
      requireOrder(call)
      return { name, type: BIGINT, call: 'ranking', ranking: call.name }
    case 'LAG':
    case 'LEAD':
      return neighbour(call, name, scope)
    case 'FIRST_VALUE':
    case 'LAST_VALUE': {
      checkArguments(call, 1, 1)
      const argument = typed(call.args[0]!, scope.relation, scope.builder.context)
      return {
        name,
        type: knownType(argument, call.args[0]!),
        call: 'frameValue',
        value: call.name,
        argument,
        frame: frameOf(call, scope),
        text: displayExpression(call),
      }
    }
    default:
      return aggregate(call, name, scope)
  }
}

function refuseParts({ distinct, name, location }: FunctionCall): void {
  if (distinct)
    refuse(
      `${name}(DISTINCT ...) with OVER is not supported. Take the distinct rows in a query in FROM first.`,
      location,
    )
}

function checkArguments({ name, args, location }: FunctionCall, least: number, most: number): void {
  if (args.length >= least && args.length <= most) return
  const count = least === most ? `${least}` : `${least} to ${most}`
  refuse(`${name} takes ${count} argument${most === 1 ? '' : 's'}, not ${args.length}.`, location)
}

function requireOrder({ name, over, location }: FunctionCall): void {
  if (over!.orderBy.length > 0) return
  refuse(`${name}() needs an order: OVER (PARTITION BY ... ORDER BY ...).`, location)
}

/** LAG(x, distance, otherwise): the value of a row before, of one behind for LEAD. */
function neighbour(call: FunctionCall, name: string, { relation, builder }: OverScope): OverCall {
  checkArguments(call, 1, 3)
  requireOrder(call)
  const [argumentSyntax, distanceSyntax, otherwiseSyntax] = call.args
  const argument = typed(argumentSyntax!, relation, builder.context)
  const type = knownType(argument, argumentSyntax!)
  const distance = distanceSyntax === undefined ? 1 : countOf(distanceSyntax, call)
  return {
    name,
    type,
    call: 'neighbour',
    argument,
    distance: call.name === 'LAG' ? -distance : distance,
    otherwise: otherwise(otherwiseSyntax, type, { relation, builder }),
    text: displayExpression(call),
  }
}

function countOf(syntax: FunctionCall['args'][number], { name }: FunctionCall): number {
  if (syntax.kind === 'integerLiteral' && syntax.value >= 0) return syntax.value
  return refuse(`The distance of ${name} is a number of rows: ${name}(x, 2).`, syntax.location)
}

function otherwise(
  syntax: FunctionCall['args'][number] | undefined,
  type: SqlType,
  { relation, builder }: Pick<OverScope, 'relation' | 'builder'>,
): Expression {
  if (syntax === undefined) return { kind: 'literal', type, value: null }
  if (!syntax.kind.endsWith('Literal'))
    refuse('What LAG and LEAD give where there is no row is a literal.', syntax.location)
  return castNode(typed(syntax, relation, builder.context), type)
}

function aggregate(call: FunctionCall, name: string, scope: OverScope): OverCall {
  const { context } = scope.builder
  const declaration = placing(call.location, () => context.functions.get(call.name))
  if (declaration.kind !== 'aggregate')
    return refuse(`${call.name} cannot be used with OVER: it is no aggregate function.`, call.location)
  const args: Expression[] =
    call.args.length === 0
      ? [{ kind: 'literal', type: BIGINT, value: 0 }]
      : call.args.map((arg) => typed(arg, scope.relation, context))
  const resolution = placing(call.location, () => resolveAggregate(declaration, args.map(argumentTypeOf)))
  const bound = bindAggregate({ name, call, args, resolution }, context)
  const filter = call.filter === undefined ? undefined : typed(call.filter, scope.relation, context)
  return {
    name,
    type: bound.type,
    call: 'aggregate',
    aggregate: filter === undefined ? bound : { ...bound, filter },
    frame: frameOf(call, scope),
  }
}

/** Without a frame: with an order up to the row and its equals, without one the whole partition. */
function frameOf(call: FunctionCall, scope: OverScope): OverFrame {
  const { frame, orderBy } = call.over!
  if (frame === null) return { unit: 'RANGE', start: null, end: orderBy.length === 0 ? null : 0 }
  if (orderBy.length === 0) refuse('A frame needs an order: OVER (ORDER BY ... ROWS ...).', frame.location)
  const [start, end] = [edge(frame.start, frame, scope), edge(frame.end, frame, scope)]
  const isStartless = frame.start.kind === 'following' && frame.start.offset === null
  const isEndless = frame.end.kind === 'preceding' && frame.end.offset === null
  if (isStartless || isEndless || (start !== null && end !== null && start > end)) {
    refuse('The frame ends before it starts.', frame.location)
  }
  return { unit: frame.unit, start, end }
}

function edge(bound: FrameBound, { unit, location }: Frame, scope: OverScope): FrameEdge {
  if (bound.kind === 'currentRow') return 0
  const { offset, kind } = bound
  if (offset === null) return null
  const isTime = typeof offset !== 'number'
  if (unit === 'ROWS' && isTime)
    refuse('ROWS counts rows: ROWS 10 PRECEDING. A time is written RANGE 10 MINUTES PRECEDING.', location)
  if (unit === 'RANGE' && !isTime && offset > 0 && scope.order.length !== 1) {
    refuse('RANGE with a distance needs one ordered column. ROWS counts rows.', location)
  }
  const distance = isTime ? timeDistance(offset, scope, location) : offset
  return kind === 'preceding' ? -distance || 0 : distance
}

/** A time in the unit of the ordered column. */
function timeDistance(duration: Duration, { order, relation }: OverScope, location: Frame['location']): number {
  const [column] = order
  const type = column === undefined ? undefined : relation.columns[column.index]!.type
  if (order.length !== 1 || type === undefined || !['BIGINT', 'TIMESTAMP', 'TIME', 'DATE'].includes(type.kind)) {
    refuse(
      'A RANGE of time needs one ordered column that is a time: BIGINT milliseconds, TIMESTAMP, TIME or DATE.',
      location,
    )
  }
  const ms = durationMs(duration)
  return type!.kind === 'DATE' ? ms / 86_400_000 : ms
}
