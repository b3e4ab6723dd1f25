// CREATE, INSERT, ALTER, DROP: CST -> AST.

import type {
  AlterCstChildren,
  AlterCstNode,
  CreateCstChildren,
  CreateCstNode,
  CreateSourceCstNode,
  DropCstChildren,
  DropCstNode,
  InsertCstNode,
  InsertQueryCstNode,
  InsertValuesCstNode,
} from '../../grammar/generated/cst.d.ts'
import type { Statement } from './ast/statement.ts'
import { type Base, type Builders, buildAlternative } from './build-alternative.ts'
import { buildColumns, checkKeyMarks } from './build-columns.ts'
import { buildCreateFunction, buildDropFunction } from './build-functions.ts'
import {
  connectorKindOf,
  nameOf,
  nodeLocation,
  refusal,
  sourceKindOf,
  sourceNameOf,
  stringOf,
  tokenLocation,
} from './build-names.ts'
import { buildOptions, buildProperties } from './build-properties.ts'
import { buildQuery } from './build-queries.ts'
import { buildRows } from './build-rows.ts'
import { buildType } from './build-types.ts'

export const buildCreate = ({ children }: CreateCstNode, base: Base): Statement =>
  buildAlternative(children, CREATE, base)

const CREATE: Builders<CreateCstChildren, 'Create'> = {
  createType({ children: { ifNotExists, Identifier, type } }, base) {
    const name = nameOf(Identifier[0]!)
    return { kind: 'createType', name, ifNotExists: ifNotExists !== undefined, type: buildType(type[0]!), ...base }
  },
  createFunction: (node, base) => ({ ...buildCreateFunction(node), ...base }),
  createConnector: ({ children: { connectorKind, ifNotExists, Identifier, withClause } }, base) => ({
    kind: 'createConnector',
    connectorKind: connectorKindOf(connectorKind[0]!),
    name: nameOf(Identifier[0]!),
    ifNotExists: ifNotExists !== undefined,
    properties: buildProperties(withClause),
    ...base,
  }),
  createSink: ({ children: { ifNotExists, Identifier, input, connectorOptions } }, base) => ({
    kind: 'createBuiltInConnector',
    connectorKind: 'SINK',
    name: nameOf(Identifier[0]!),
    ifNotExists: ifNotExists !== undefined,
    from: nameOf(input[0]!),
    properties: buildOptions(connectorOptions),
    ...base,
  }),
  createFeed: ({ children: { ifNotExists, Identifier, connectorOptions } }, base) => ({
    kind: 'createBuiltInConnector',
    connectorKind: 'SOURCE',
    name: nameOf(Identifier[0]!),
    ifNotExists: ifNotExists !== undefined,
    from: null,
    properties: buildOptions(connectorOptions),
    ...base,
  }),
  createIndex: ({ children: { ifNotExists, Identifier, indexTarget } }, base) => {
    const { Identifier: table, indexColumn } = indexTarget[0]!.children
    return {
      kind: 'createIndex',
      ifNotExists: ifNotExists !== undefined,
      name: nameOf(Identifier[0]!),
      table: { name: nameOf(table[0]!), location: tokenLocation(table[0]!) },
      columns: indexColumn.map((node) => ({
        name: nameOf(node.children.Identifier[0]!),
        location: nodeLocation(node),
      })),
      ...base,
    }
  },
  createSecret: ({ children: { Or, ifNotExists, Identifier, connectorOptions } }, base) => ({
    kind: 'createSecret',
    orReplace: Or !== undefined,
    ifNotExists: ifNotExists !== undefined,
    name: nameOf(Identifier[0]!),
    properties: buildOptions(connectorOptions),
    ...base,
  }),
  createSource: buildCreateSource,
}

function buildCreateSource({ children: parts }: CreateSourceCstNode, base: Base): Statement {
  const common = {
    sourceKind: sourceKindOf(parts.sourceKind[0]!),
    name: sourceNameOf(parts.Identifier[0]!),
    orReplace: parts.Or !== undefined,
    ifNotExists: parts.ifNotExists !== undefined,
    properties: buildProperties(parts.withClause),
  }
  if (parts.query) {
    const query = buildQuery(parts.query[0]!)
    if (query.limit !== null && query.orderBy === undefined) {
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

export function buildInsert({ children }: InsertCstNode, base: Base): Statement {
  const { insertQuery, insertValues } = children
  const target = children.Identifier[0]!
  return insertQuery === undefined
    ? buildInsertValues(insertValues![0]!, nameOf(target), base)
    : buildInsertQuery(insertQuery[0]!, target, base)
}

function buildInsertQuery(
  { children: { withClause, query } }: InsertQueryCstNode,
  target: Parameters<typeof nameOf>[0],
  base: Base,
): Statement {
  return {
    kind: 'insertInto',
    target: nameOf(target),
    targetLocation: tokenLocation(target),
    properties: buildProperties(withClause),
    query: buildQuery(query[0]!),
    ...base,
  }
}

function buildInsertValues(
  { children: { columnNames, rowValues } }: InsertValuesCstNode,
  target: string,
  base: Base,
): Statement {
  const columnLocations = columnNames === undefined ? [] : columnNames[0]!.children.Identifier.map(tokenLocation)
  return { kind: 'insertValues', target, ...buildRows(columnNames, rowValues), columnLocations, ...base }
}

export const buildAlter = ({ children }: AlterCstNode, base: Base): Statement => buildAlternative(children, ALTER, base)

const ALTER: Builders<AlterCstChildren, 'Alter'> = {
  alterSystem({ children: { StringValue } }, base) {
    const [name, value] = StringValue.map(stringOf)
    return { kind: 'alterSystem', name: name!, value: value!, ...base }
  },
  alterSource({ children: { sourceKind, Identifier, addColumns, asQuery } }, base) {
    const altered = { sourceKind: sourceKindOf(sourceKind[0]!), name: nameOf(Identifier[0]!), ...base }
    if (asQuery !== undefined) {
      const { withClause, query } = asQuery[0]!.children
      const properties = buildProperties(withClause)
      return { kind: 'alterQuery', ...altered, properties, query: buildQuery(query[0]!) }
    }
    const columns = addColumns![0]!.children.addColumn.map((node) => ({
      name: nameOf(node.children.Identifier[0]!),
      type: buildType(node.children.type[0]!),
      location: nodeLocation(node),
    }))
    return { kind: 'alterSource', ...altered, columns }
  },
  alterConnector: ({ children: { Sink, Source, Identifier, connectorOptions } }, base) => ({
    kind: 'alterConnector',
    connectorKind: Sink ? 'SINK' : Source ? 'SOURCE' : null,
    name: nameOf(Identifier[0]!),
    properties: buildOptions(connectorOptions),
    ...base,
  }),
}

export const buildDrop = ({ children }: DropCstNode, base: Base): Statement => buildAlternative(children, DROP, base)

const DROP: Builders<DropCstChildren, 'Drop'> = {
  dropType: ({ children: { Identifier, ifExists } }, base) => ({
    kind: 'dropType',
    name: nameOf(Identifier[0]!),
    ifExists: ifExists !== undefined,
    ...base,
  }),
  dropConnector: ({ children: { Identifier, ifExists } }, base) => ({
    kind: 'dropConnector',
    name: nameOf(Identifier[0]!),
    ifExists: ifExists !== undefined,
    ...base,
  }),
  dropSecret: ({ children: { Identifier, ifExists } }, base) => ({
    kind: 'dropSecret',
    name: nameOf(Identifier[0]!),
    ifExists: ifExists !== undefined,
    ...base,
  }),
  dropIndex: ({ children: { Identifier, ifExists } }, base) => ({
    kind: 'dropIndex',
    name: nameOf(Identifier[0]!),
    ifExists: ifExists !== undefined,
    ...base,
  }),
  dropFunction: (node, base) => ({ ...buildDropFunction(node), ...base }),
  dropSource: ({ children: { sourceKind, Identifier, ifExists, Delete } }, base) => ({
    kind: 'dropSource',
    sourceKind: sourceKindOf(sourceKind[0]!),
    name: nameOf(Identifier[0]!),
    ifExists: ifExists !== undefined,
    deleteTopic: Delete !== undefined,
    ...base,
  }),
}
