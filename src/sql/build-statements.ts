// Statements: CST -> AST. One function for each, and a table that names them.

import type { CstNode } from 'chevrotain'
import type {
  AdvanceTimeCstNode,
  AlterCstNode,
  AssertCstNode,
  ColumnNamesCstNode,
  ConnectorKindCstNode,
  CreateCstNode,
  DescribeCstNode,
  DropCstNode,
  ExplainCstNode,
  InsertCstNode,
  PrintCstNode,
  QueryIdOrAllCstNode,
  RowValuesCstNode,
  ShowCstNode,
  SourceKindCstNode,
  StatementCstNode,
} from '../../grammar/generated/cst.d.ts'
import type { ConnectorKind, Expression, Location, SourceKind, Statement } from './ast.ts'
import { buildColumns, checkKeyMarks } from './build-columns.ts'
import { buildValue } from './build-expressions.ts'
import { buildCreateFunction, buildDropFunction } from './build-functions.ts'
import { buildLiteral } from './build-literals.ts'
import {
  exactName,
  exactNameOrString,
  nameOf,
  nodeLocation,
  refusal,
  sourceNameOf,
  stringOf,
  tokenLocation,
} from './build-names.ts'
import { buildOptions, buildProperties } from './build-properties.ts'
import { buildDuration, buildInteger, buildQuery } from './build-queries.ts'
import { buildType } from './build-types.ts'

/** What every statement carries: where it starts and its text, without the semicolon. */
interface Base {
  readonly text: string
  readonly location: Location
}

/** `source`: the text that the tree was parsed from. */
export function buildStatement(node: StatementCstNode, source: string): Statement {
  const base: Base = { text: textOf(node, source), location: nodeLocation(node) }
  const { children } = node
  if (children.query) return { kind: 'query', query: buildQuery(children.query[0]!), ...base }
  if (children.create) return buildCreate(children.create[0]!, base)
  if (children.insert) return buildInsert(children.insert[0]!, base)
  if (children.alter) return buildAlter(children.alter[0]!, base)
  if (children.drop) return buildDrop(children.drop[0]!, base)
  if (children.show) return buildShow(children.show[0]!, base)
  if (children.describe) return buildDescribe(children.describe[0]!, base)
  if (children.explain) return buildExplain(children.explain[0]!, source, base)
  if (children.print) return buildPrint(children.print[0]!, base)
  if (children.assert) return buildAssert(children.assert[0]!, base)
  return buildControl(children, base)
}

function textOf(node: CstNode, source: string): string {
  return source.slice(node.location!.startOffset, node.location!.endOffset! + 1)
}

// ---- Parts of several statements ---------------------------------------------------------------------------------------------------

const sourceKindOf = ({ children }: SourceKindCstNode): SourceKind => (children.Stream ? 'STREAM' : 'TABLE')
const connectorKindOf = ({ children }: ConnectorKindCstNode): ConnectorKind => (children.Source ? 'SOURCE' : 'SINK')
const queryIdOf = ({ children }: QueryIdOrAllCstNode): string | null =>
  children.Identifier ? exactName(children.Identifier[0]!) : null

// ---- CREATE, INSERT, ALTER, DROP ---------------------------------------------------------------------------------------------------

function buildCreate({ children }: CreateCstNode, base: Base): Statement {
  if (children.createType) {
    const { ifNotExists, Identifier, type } = children.createType[0]!.children
    const name = nameOf(Identifier[0]!)
    return { kind: 'createType', name, ifNotExists: ifNotExists !== undefined, type: buildType(type[0]!), ...base }
  }
  if (children.createFunction) return { ...buildCreateFunction(children.createFunction[0]!), ...base }
  if (children.createConnector) {
    const { connectorKind, ifNotExists, Identifier, withClause } = children.createConnector[0]!.children
    return {
      kind: 'createConnector',
      connectorKind: connectorKindOf(connectorKind[0]!),
      name: nameOf(Identifier[0]!),
      ifNotExists: ifNotExists !== undefined,
      properties: buildProperties(withClause),
      ...base,
    }
  }
  if (children.createSink) {
    const { ifNotExists, Identifier, input, connectorOptions } = children.createSink[0]!.children
    return {
      kind: 'createBuiltInConnector',
      connectorKind: 'SINK',
      name: nameOf(Identifier[0]!),
      ifNotExists: ifNotExists !== undefined,
      from: nameOf(input[0]!),
      properties: buildOptions(connectorOptions),
      ...base,
    }
  }
  if (children.createFeed) {
    const { ifNotExists, Identifier, connectorOptions } = children.createFeed[0]!.children
    return {
      kind: 'createBuiltInConnector',
      connectorKind: 'SOURCE',
      name: nameOf(Identifier[0]!),
      ifNotExists: ifNotExists !== undefined,
      from: null,
      properties: buildOptions(connectorOptions),
      ...base,
    }
  }
  return buildCreateSource(children.createSource![0]!.children, base)
}

type CreateSourceParts = NonNullable<CreateCstNode['children']['createSource']>[number]['children']

function buildCreateSource(parts: CreateSourceParts, base: Base): Statement {
  const common = {
    sourceKind: sourceKindOf(parts.sourceKind[0]!),
    name: sourceNameOf(parts.Identifier[0]!),
    orReplace: parts.Or !== undefined,
    ifNotExists: parts.ifNotExists !== undefined,
    properties: buildProperties(parts.withClause),
  }
  if (parts.query) {
    const query = buildQuery(parts.query[0]!)
    if (query.limit !== null) {
      throw refusal(
        `CREATE ${common.sourceKind} AS SELECT statements don't support LIMIT clause.`,
        query.limitLocation ?? base.location,
      )
    }
    return { kind: 'createAs', ...common, query, ...base }
  }
  const columns = buildColumns(parts.columnDefinitions?.[0]?.children.columnDefinition)
  checkKeyMarks(common.sourceKind, columns)
  return { kind: 'createSource', ...common, isSource: parts.Source !== undefined, columns, ...base }
}

function buildInsert({ children }: InsertCstNode, base: Base): Statement {
  const target = nameOf(children.Identifier[0]!)
  if (children.insertQuery) {
    const { withClause, query } = children.insertQuery[0]!.children
    const targetLocation = tokenLocation(children.Identifier[0]!)
    const properties = buildProperties(withClause)
    return { kind: 'insertInto', target, targetLocation, properties, query: buildQuery(query[0]!), ...base }
  }
  const { columnNames, rowValues } = children.insertValues![0]!.children
  const names = columnNames === undefined ? [] : columnNames[0]!.children.Identifier
  const columns = names.map(nameOf)
  const rows = rowValues.map((row) => buildRow(row, columns))
  return { kind: 'insertValues', target, columns, columnLocations: names.map(tokenLocation), rows, ...base }
}

function buildRows(names: ColumnNamesCstNode[] | undefined, nodes: readonly RowValuesCstNode[]) {
  const columns = names === undefined ? [] : names[0]!.children.Identifier.map(nameOf)
  return { columns, rows: nodes.map((row) => buildRow(row, columns)) }
}

/** The values of one row, as many as there are columns, if any are named. */
function buildRow(node: RowValuesCstNode, columns: readonly string[]): Expression[] {
  const values = node.children.value.map((value) => buildValue(value))
  checkCounts(columns, values, nodeLocation(node))
  return values
}

function checkCounts(columns: readonly string[], values: readonly unknown[], location: Location): void {
  if (columns.length === 0 || columns.length === values.length) return
  throw refusal(`Expected number columns and values to match: ${columns.length}, ${values.length}`, location)
}

function buildAlter({ children }: AlterCstNode, base: Base): Statement {
  if (children.alterSystem) {
    const [name, value] = children.alterSystem[0]!.children.StringValue.map(stringOf)
    return { kind: 'alterSystem', name: name!, value: value!, ...base }
  }
  const { sourceKind, Identifier, addColumn } = children.alterSource![0]!.children
  const columns = addColumn.map((node) => ({
    name: nameOf(node.children.Identifier[0]!),
    type: buildType(node.children.type[0]!),
    location: nodeLocation(node),
  }))
  return {
    kind: 'alterSource',
    sourceKind: sourceKindOf(sourceKind[0]!),
    name: nameOf(Identifier[0]!),
    columns,
    ...base,
  }
}

function buildDrop({ children }: DropCstNode, base: Base): Statement {
  if (children.dropType) {
    const { Identifier, ifExists } = children.dropType[0]!.children
    return { kind: 'dropType', name: nameOf(Identifier[0]!), ifExists: ifExists !== undefined, ...base }
  }
  if (children.dropConnector) {
    const { Identifier, ifExists } = children.dropConnector[0]!.children
    return { kind: 'dropConnector', name: nameOf(Identifier[0]!), ifExists: ifExists !== undefined, ...base }
  }
  if (children.dropFunction) return { ...buildDropFunction(children.dropFunction[0]!), ...base }
  const { sourceKind, Identifier, ifExists, Delete } = children.dropSource![0]!.children
  return {
    kind: 'dropSource',
    sourceKind: sourceKindOf(sourceKind[0]!),
    name: nameOf(Identifier[0]!),
    ifExists: ifExists !== undefined,
    deleteTopic: Delete !== undefined,
    ...base,
  }
}

// ---- SHOW, DESCRIBE, EXPLAIN, PRINT ------------------------------------------------------------------------------------------------

function buildShow({ children }: ShowCstNode, base: Base): Statement {
  if (children.Properties) return { kind: 'showProperties', ...base }
  if (children.Functions) return { kind: 'showFunctions', ...base }
  if (children.Types) return { kind: 'showTypes', ...base }
  if (children.Variables) return { kind: 'showVariables', ...base }
  if (children.showPlugins) return { kind: 'showConnectorPlugins', ...base }
  if (children.showConnectors) {
    const kind = children.showConnectors[0]!.children.connectorKind?.[0]
    return { kind: 'showConnectors', connectorKind: kind === undefined ? null : connectorKindOf(kind), ...base }
  }
  if (children.showTopics) {
    const { All, Extended } = children.showTopics[0]!.children
    return { kind: 'showTopics', all: All !== undefined, extended: Extended !== undefined, ...base }
  }
  const { Streams, Tables, Extended } = children.showExtendable![0]!.children
  const extended = Extended !== undefined
  if (Streams) return { kind: 'showStreams', extended, ...base }
  return Tables ? { kind: 'showTables', extended, ...base } : { kind: 'showQueries', extended, ...base }
}

function buildDescribe({ children }: DescribeCstNode, base: Base): Statement {
  if (children.describeAll) {
    const { Streams, Extended } = children.describeAll[0]!.children
    return { kind: Streams ? 'describeStreams' : 'describeTables', extended: Extended !== undefined, ...base }
  }
  if (children.describeFunction) {
    return { kind: 'describeFunction', name: nameOf(children.describeFunction[0]!.children.Identifier[0]!), ...base }
  }
  if (children.describeConnector) {
    return { kind: 'describeConnector', name: nameOf(children.describeConnector[0]!.children.Identifier[0]!), ...base }
  }
  const { Identifier, Extended } = children.describeSource![0]!.children
  return { kind: 'describeSource', name: nameOf(Identifier[0]!), extended: Extended !== undefined, ...base }
}

function buildExplain({ children }: ExplainCstNode, source: string, base: Base): Statement {
  if (children.Identifier) {
    const analyze = children.Analyze !== undefined
    return { kind: 'explain', queryId: exactName(children.Identifier[0]!), statement: null, analyze, ...base }
  }
  const statement = buildStatement(children.statement![0]!, source)
  return { kind: 'explain', queryId: null, statement, analyze: false, ...base }
}

function buildPrint({ children }: PrintCstNode, base: Base): Statement {
  return {
    kind: 'print',
    topic: exactNameOrString(children.nameOrString[0]!),
    fromBeginning: children.Beginning !== undefined,
    interval: children.interval ? buildInteger(children.interval[0]!, children.Sample ? 'SAMPLE' : 'INTERVAL') : null,
    limit: children.limit ? buildInteger(children.limit[0]!, 'LIMIT') : null,
    ...base,
  }
}

// ---- Queries, session --------------------------------------------------------------------------------------------------------------

function buildControl(children: StatementCstNode['children'], base: Base): Statement {
  if (children.terminate) {
    return { kind: 'terminate', queryId: queryIdOf(children.terminate[0]!.children.queryIdOrAll[0]!), ...base }
  }
  if (children.pause) {
    const { connectorName, queryIdOrAll } = children.pause[0]!.children
    if (connectorName)
      return { kind: 'pauseConnector', name: nameOf(connectorName[0]!.children.Identifier[0]!), ...base }
    return { kind: 'pause', queryId: queryIdOf(queryIdOrAll![0]!), ...base }
  }
  if (children.resume) {
    const { connectorName, queryIdOrAll } = children.resume[0]!.children
    if (connectorName)
      return { kind: 'resumeConnector', name: nameOf(connectorName[0]!.children.Identifier[0]!), ...base }
    return { kind: 'resume', queryId: queryIdOf(queryIdOrAll![0]!), ...base }
  }
  if (children.set) {
    const [name, value] = children.set[0]!.children.StringValue.map(stringOf)
    return { kind: 'set', name: name!, value: value!, ...base }
  }
  if (children.unset) return { kind: 'unset', name: stringOf(children.unset[0]!.children.StringValue[0]!), ...base }
  if (children.define) {
    const { Identifier, StringValue } = children.define[0]!.children
    return { kind: 'define', name: nameOf(Identifier[0]!), value: stringOf(StringValue[0]!), ...base }
  }
  if (children.undefine)
    return { kind: 'undefine', name: nameOf(children.undefine[0]!.children.Identifier[0]!), ...base }
  if (children.advanceTime) return buildAdvanceTime(children.advanceTime[0]!, base)
  if (children.mock) {
    const { Identifier, columnNames, rowValues = [] } = children.mock[0]!.children
    return { kind: 'mock', target: nameOf(Identifier[0]!), ...buildRows(columnNames, rowValues), ...base }
  }
  return { kind: 'runScript', file: stringOf(children.runScript![0]!.children.StringValue[0]!), ...base }
}

// ---- ASSERT ------------------------------------------------------------------------------------------------------------------------

function buildAssert({ children }: AssertCstNode, base: Base): Statement {
  const exists = children.Not === undefined
  if (children.assertTopic) {
    const { nameOrString, withClause, timeout } = children.assertTopic[0]!.children
    const topic = exactNameOrString(nameOrString[0]!)
    return {
      kind: 'assertTopic',
      exists,
      topic,
      properties: buildProperties(withClause),
      timeout: timeoutOf(timeout),
      ...base,
    }
  }
  if (children.assertSchema) return buildAssertSchema(children.assertSchema[0]!.children, exists, base)
  if (!exists)
    throw refusal('NOT EXISTS can only be asserted of a TOPIC or a SCHEMA.', tokenLocation(children.Not![0]!))
  return buildTestAssert(children, base)
}

type AssertSchemaParts = NonNullable<AssertCstNode['children']['assertSchema']>[number]['children']

function buildAssertSchema(parts: AssertSchemaParts, exists: boolean, base: Base): Statement {
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

const timeoutOf = (nodes: AssertSchemaParts['timeout']) =>
  nodes === undefined ? null : buildDuration(nodes[0]!.children.duration[0]!)

function buildTestAssert(
  { assertSource, assertValues, assertNullValues, assertRows, assertError }: AssertCstNode['children'],
  base: Base,
): Statement {
  if (assertSource) {
    const { sourceKind, Identifier, columnDefinitions, withClause } = assertSource[0]!.children
    return {
      kind: sourceKindOf(sourceKind[0]!) === 'STREAM' ? 'assertStream' : 'assertTable',
      name: nameOf(Identifier[0]!),
      columns: buildColumns(columnDefinitions?.[0]?.children.columnDefinition),
      properties: buildProperties(withClause),
      ...base,
    }
  }
  if (assertError) return { kind: 'assertError', part: stringOf(assertError[0]!.children.StringValue[0]!), ...base }
  if (assertRows) {
    const { No, Rows, Identifier, columnNames, rowValues = [] } = assertRows[0]!.children
    if ((No === undefined) !== rowValues.length > 0)
      throw refusal('ROWS need VALUES, and NO ROWS have none.', tokenLocation(Rows[0]!))
    return { kind: 'assertRows', target: nameOf(Identifier[0]!), ...buildRows(columnNames, rowValues), ...base }
  }
  const { Identifier, columnNames, rowValues } = (assertValues ?? assertNullValues!)[0]!.children
  const target = nameOf(Identifier[0]!)
  const columns = columnNames ? columnNames[0]!.children.Identifier.map(nameOf) : []
  const values = buildRow(rowValues[0]!, columns)
  return assertValues
    ? { kind: 'assertValues', target, columns, values, ...base }
    : { kind: 'assertNullValues', target, columns, key: values, ...base }
}

function buildAdvanceTime({ children: { duration, value } }: AdvanceTimeCstNode, base: Base): Statement {
  const by = duration === undefined ? null : buildDuration(duration[0]!)
  return { kind: 'advanceTime', by, to: value === undefined ? null : buildValue(value[0]!), ...base }
}
