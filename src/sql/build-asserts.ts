// ASSERT and the other statements of SQL tests: CST -> AST.

import type {
  AdvanceTimeCstNode,
  AssertCstChildren,
  AssertCstNode,
  AssertNullValuesCstNode,
  AssertSchemaCstChildren,
  AssertValuesCstNode,
  MockCstNode,
} from '../../grammar/generated/cst.d.ts'
import type { Statement } from './ast/statement.ts'
import { type Base, type Builders, buildAlternative } from './build-alternative.ts'
import { buildColumns } from './build-columns.ts'
import { buildValue } from './build-expressions.ts'
import { buildLiteral } from './build-literals.ts'
import {
  exactNameOrString,
  nameOf,
  nodeLocation,
  refusal,
  sourceKindOf,
  stringOf,
  tokenLocation,
} from './build-names.ts'
import { buildProperties } from './build-properties.ts'
import { buildDuration } from './build-queries.ts'
import { buildRows } from './build-rows.ts'

type BuildAssert = (exists: boolean) => Statement

export function buildAssert({ children }: AssertCstNode, base: Base): Statement {
  const { Not } = children
  if (Not !== undefined && children.assertTopic === undefined && children.assertSchema === undefined)
    throw refusal('NOT EXISTS can only be asserted of a TOPIC or a SCHEMA.', tokenLocation(Not[0]!))
  return buildAlternative(children, ASSERT, base)(Not === undefined)
}

const ASSERT: Builders<AssertCstChildren, 'Assert' | 'Not' | 'Exists', BuildAssert> = {
  assertTopic:
    ({ children: { nameOrString, withClause, timeout } }, base) =>
    (exists) => ({
      kind: 'assertTopic',
      exists,
      topic: exactNameOrString(nameOrString[0]!),
      properties: buildProperties(withClause),
      timeout: timeoutOf(timeout),
      ...base,
    }),
  assertSchema:
    ({ children }, base) =>
    (exists) =>
      buildAssertSchema(children, exists, base),
  assertSource:
    ({ children: { sourceKind, Identifier, columnDefinitions, withClause } }, base) =>
    () => ({
      kind: sourceKindOf(sourceKind[0]!) === 'STREAM' ? 'assertStream' : 'assertTable',
      name: nameOf(Identifier[0]!),
      columns: buildColumns(columnDefinitions?.[0]?.children.columnDefinition),
      properties: buildProperties(withClause),
      ...base,
    }),
  assertValues: (node, base) => () => {
    const { target, columns, row } = buildTargetRow(node)
    return { kind: 'assertValues', target, columns, values: row, ...base }
  },
  assertNullValues: (node, base) => () => {
    const { target, columns, row } = buildTargetRow(node)
    return { kind: 'assertNullValues', target, columns, key: row, ...base }
  },
  assertRows:
    ({ children: { No, Rows, Identifier, columnNames, rowValues = [] } }, base) =>
    () => {
      if ((No === undefined) !== rowValues.length > 0)
        throw refusal('ROWS need VALUES, and NO ROWS have none.', tokenLocation(Rows[0]!))
      return { kind: 'assertRows', target: nameOf(Identifier[0]!), ...buildRows(columnNames, rowValues), ...base }
    },
  assertError:
    ({ children: { StringValue } }, base) =>
    () => ({ kind: 'assertError', part: stringOf(StringValue[0]!), ...base }),
}

function buildTargetRow({ children }: AssertValuesCstNode | AssertNullValuesCstNode) {
  const { Identifier, columnNames, rowValues } = children
  const { columns, rows } = buildRows(columnNames, rowValues)
  return { target: nameOf(Identifier[0]!), columns, row: rows[0]! }
}

function buildAssertSchema(parts: AssertSchemaCstChildren, exists: boolean, base: Base): Statement {
  const id = parts.literal ? buildLiteral(parts.literal[0]!) : null
  if (id !== null && id.kind !== 'integerLiteral') {
    throw refusal('The ID of a schema must be an integer.', nodeLocation(parts.literal![0]!))
  }
  return {
    kind: 'assertSchema',
    exists,
    subject: parts.nameOrString ? exactNameOrString(parts.nameOrString[0]!) : null,
    id: id === null ? null : id.value,
    timeout: timeoutOf(parts.timeout),
    ...base,
  }
}

const timeoutOf = (nodes: AssertSchemaCstChildren['timeout']) =>
  nodes === undefined ? null : buildDuration(nodes[0]!.children.duration[0]!)

export function buildAdvanceTime({ children: { duration, value } }: AdvanceTimeCstNode, base: Base): Statement {
  const by = duration === undefined ? null : buildDuration(duration[0]!)
  return { kind: 'advanceTime', by, to: value === undefined ? null : buildValue(value[0]!), ...base }
}

export function buildMock(
  { children: { Identifier, columnNames, rowValues = [] } }: MockCstNode,
  base: Base,
): Statement {
  return { kind: 'mock', target: nameOf(Identifier[0]!), ...buildRows(columnNames, rowValues), ...base }
}
