// Statements: CST -> AST, by tables of the grammar's alternatives.

import type { CstNode } from 'chevrotain'
import type {
  DescribeCstChildren,
  DescribeCstNode,
  ExplainCstNode,
  PauseCstNode,
  PrintCstNode,
  QueryIdOrAllCstNode,
  ResumeCstNode,
  ShowCstChildren,
  ShowCstNode,
  StatementCstChildren,
  StatementCstNode,
} from '../../grammar/generated/cst.d.ts'
import type { Statement } from './ast/statement.ts'
import { type Base, type Builders, buildAlternative } from './build-alternative.ts'
import { buildAdvanceTime, buildAssert, buildMock } from './build-asserts.ts'
import { buildAlter, buildCreate, buildDrop, buildInsert } from './build-definitions.ts'
import { connectorKindOf, exactName, exactNameOrString, nameOf, nodeLocation, stringOf } from './build-names.ts'
import { buildInteger, buildQuery } from './build-queries.ts'

/** `source`: the text that the tree was parsed from. */
export function buildStatement(node: StatementCstNode, source: string): Statement {
  const base: Base = { text: textOf(node, source), location: nodeLocation(node) }
  const { explain } = node.children
  if (explain !== undefined) return buildExplain(explain[0]!, source, base)
  return buildAlternative(node.children, STATEMENT, base)
}

function textOf(node: CstNode, source: string): string {
  return source.slice(node.location!.startOffset, node.location!.endOffset! + 1)
}

/** EXPLAIN has a statement in it, and needs the text that it was parsed from. */
const STATEMENT: Builders<StatementCstChildren, 'explain'> = {
  query: (node, base) => ({ kind: 'query', query: buildQuery(node), ...base }),
  create: buildCreate,
  insert: buildInsert,
  alter: buildAlter,
  drop: buildDrop,
  show: buildShow,
  describe: buildDescribe,
  print: buildPrint,
  terminate: ({ children: { queryIdOrAll } }, base) => ({
    kind: 'terminate',
    queryId: queryIdOf(queryIdOrAll[0]!),
    ...base,
  }),
  pause: buildPause,
  resume: buildResume,
  applyVersion: ({ children: { Identifier } }, base) => ({
    kind: 'applyVersion',
    name: nameOf(Identifier[0]!),
    ...base,
  }),
  rollbackVersion: ({ children: { Identifier } }, base) => ({
    kind: 'rollbackVersion',
    name: nameOf(Identifier[0]!),
    ...base,
  }),
  set({ children: { StringValue } }, base) {
    const [name, value] = StringValue.map(stringOf)
    return { kind: 'set', name: name!, value: value!, ...base }
  },
  unset: ({ children: { StringValue } }, base) => ({ kind: 'unset', name: stringOf(StringValue[0]!), ...base }),
  define: ({ children: { Identifier, StringValue } }, base) => ({
    kind: 'define',
    name: nameOf(Identifier[0]!),
    value: stringOf(StringValue[0]!),
    ...base,
  }),
  undefine: ({ children: { Identifier } }, base) => ({ kind: 'undefine', name: nameOf(Identifier[0]!), ...base }),
  assert: buildAssert,
  runScript: ({ children: { StringValue } }, base) => ({ kind: 'runScript', file: stringOf(StringValue[0]!), ...base }),
  advanceTime: buildAdvanceTime,
  mock: buildMock,
}

function buildShow({ children }: ShowCstNode, base: Base): Statement {
  return buildAlternative(children, SHOW, base)
}

const SHOW: Builders<ShowCstChildren, 'Show' | 'List'> = {
  Properties: (_token, base) => ({ kind: 'showProperties', ...base }),
  Functions: (_token, base) => ({ kind: 'showFunctions', ...base }),
  Types: (_token, base) => ({ kind: 'showTypes', ...base }),
  Variables: (_token, base) => ({ kind: 'showVariables', ...base }),
  Secrets: (_token, base) => ({ kind: 'showSecrets', ...base }),
  Indexes: (_token, base) => ({ kind: 'showIndexes', ...base }),
  showPlugins: (_node, base) => ({ kind: 'showConnectorPlugins', ...base }),
  showConnectors({ children: { connectorKind } }, base) {
    const kind = connectorKind?.[0]
    return { kind: 'showConnectors', connectorKind: kind === undefined ? null : connectorKindOf(kind), ...base }
  },
  showTopics: ({ children: { All, Extended } }, base) => ({
    kind: 'showTopics',
    all: All !== undefined,
    extended: Extended !== undefined,
    ...base,
  }),
  showExtendable({ children: { Streams, Tables, Extended } }, base) {
    const extended = Extended !== undefined
    if (Streams) return { kind: 'showStreams', extended, ...base }
    return Tables ? { kind: 'showTables', extended, ...base } : { kind: 'showQueries', extended, ...base }
  },
}

function buildDescribe({ children }: DescribeCstNode, base: Base): Statement {
  return buildAlternative(children, DESCRIBE, base)
}

const DESCRIBE: Builders<DescribeCstChildren, 'Describe'> = {
  describeAll: ({ children: { Streams, Extended } }, base) => ({
    kind: Streams ? 'describeStreams' : 'describeTables',
    extended: Extended !== undefined,
    ...base,
  }),
  describeFunction: ({ children: { Identifier } }, base) => ({
    kind: 'describeFunction',
    name: nameOf(Identifier[0]!),
    ...base,
  }),
  describeConnector: ({ children: { Identifier } }, base) => ({
    kind: 'describeConnector',
    name: nameOf(Identifier[0]!),
    ...base,
  }),
  describeSource: ({ children: { Identifier, Extended } }, base) => ({
    kind: 'describeSource',
    name: nameOf(Identifier[0]!),
    extended: Extended !== undefined,
    ...base,
  }),
}

function buildExplain({ children }: ExplainCstNode, source: string, base: Base): Statement {
  if (children.Identifier) {
    const analyze = children.Analyze !== undefined
    return { kind: 'explain', queryId: exactName(children.Identifier[0]!), statement: null, analyze, ...base }
  }
  const [query] = children.query ?? []
  const statement: Statement =
    query === undefined
      ? buildStatement(children.statement![0]!, source)
      : { kind: 'query', query: buildQuery(query), text: textOf(query, source), location: nodeLocation(query) }
  return { kind: 'explain', queryId: null, statement, analyze: query !== undefined, ...base }
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

function buildPause({ children: { connectorName, queryIdOrAll } }: PauseCstNode, base: Base): Statement {
  return connectorName
    ? { kind: 'pauseConnector', name: nameOf(connectorName[0]!.children.Identifier[0]!), ...base }
    : { kind: 'pause', queryId: queryIdOf(queryIdOrAll![0]!), ...base }
}

function buildResume({ children: { connectorName, queryIdOrAll } }: ResumeCstNode, base: Base): Statement {
  return connectorName
    ? { kind: 'resumeConnector', name: nameOf(connectorName[0]!.children.Identifier[0]!), ...base }
    : { kind: 'resume', queryId: queryIdOf(queryIdOrAll![0]!), ...base }
}

const queryIdOf = ({ children }: QueryIdOrAllCstNode): string | null =>
  children.Identifier ? exactName(children.Identifier[0]!) : null
