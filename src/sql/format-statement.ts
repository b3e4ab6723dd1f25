// Statements back to SQL on one line. Parsing the text gives the same AST, but for places and the statement's own text.

import type {
  ColumnDefinition,
  CreateAs,
  CreateFunction,
  CreateSource,
  FunctionParameter,
  InsertValues,
  ResultColumn,
} from './ast/definitions.ts'
import type { Duration, Expression } from './ast/query.ts'
import type { Print } from './ast/show-statements.ts'
import type { Statement } from './ast/statement.ts'
import type { Property } from './ast/statement-node.ts'
import type {
  AssertNullValues,
  AssertRows,
  AssertSchema,
  AssertSource,
  AssertTopic,
  AssertValues,
} from './ast/test-statements.ts'
import { formatExpression, formatLiteral, formatQuery, formatTypeNode } from './format.ts'
import { formatDollarString, formatDuration, formatName, formatString } from './format-names.ts'

/** SQL text of a statement, without a semicolon. */
export function formatStatement<Kind extends Statement['kind']>(statement: Extract<Statement, { kind: Kind }>): string {
  const format = FORMATS[statement.kind as Kind] as (statement: Extract<Statement, { kind: Kind }>) => string
  return format(statement)
}

type Formats = { readonly [Kind in Statement['kind']]: (statement: Extract<Statement, { kind: Kind }>) => string }

const FORMATS: Formats = {
  query: ({ query }) => formatQuery(query),
  createSource: formatCreateSource,
  createAs: formatCreateAs,
  insertInto: ({ target, properties, query }) =>
    words('INSERT INTO', formatName(target), withClause(properties), formatQuery(query)),
  insertValues: formatInsertValues,
  createType: ({ name, ifNotExists, type }) =>
    words('CREATE TYPE', ifNotExists && 'IF NOT EXISTS', formatName(name), 'AS', formatTypeNode(type)),
  dropType: ({ name, ifExists }) => words('DROP TYPE', ifExists && 'IF EXISTS', formatName(name)),
  createConnector: ({ connectorKind, ifNotExists, name, properties }) =>
    words(
      'CREATE',
      connectorKind,
      'CONNECTOR',
      ifNotExists && 'IF NOT EXISTS',
      formatName(name),
      withClause(properties),
    ),
  createBuiltInConnector: ({ connectorKind, ifNotExists, name, from, properties }) =>
    words(
      'CREATE',
      connectorKind,
      ifNotExists && 'IF NOT EXISTS',
      formatName(name),
      from !== null && `FROM ${formatName(from)}`,
      withClause(properties),
    ),
  createFunction: formatCreateFunction,
  createIndex: ({ ifNotExists, name, table, columns }) =>
    words(
      'CREATE INDEX',
      ifNotExists && 'IF NOT EXISTS',
      formatName(name),
      'ON',
      `${formatName(table.name)} (${columns.map((column) => formatName(column.name)).join(', ')})`,
    ),
  dropIndex: ({ name, ifExists }) => words('DROP INDEX', ifExists && 'IF EXISTS', formatName(name)),
  dropFunction: ({ name, ifExists, parameterTypes }) =>
    words(
      'DROP FUNCTION',
      ifExists && 'IF EXISTS',
      parameterTypes === null
        ? formatName(name)
        : `${formatName(name)}(${parameterTypes.map(formatTypeNode).join(', ')})`,
    ),
  alterConnector: ({ connectorKind, name, properties }) =>
    words('ALTER', connectorKind ?? 'CONNECTOR', formatName(name), withClause(properties)),
  createSecret: ({ orReplace, ifNotExists, name, properties }) =>
    words(
      'CREATE',
      orReplace && 'OR REPLACE',
      'SECRET',
      ifNotExists && 'IF NOT EXISTS',
      formatName(name),
      withClause(properties),
    ),
  dropSecret: ({ name, ifExists }) => words('DROP SECRET', ifExists && 'IF EXISTS', formatName(name)),
  showSecrets: () => 'SHOW SECRETS',
  dropConnector: ({ name, ifExists }) => words('DROP CONNECTOR', ifExists && 'IF EXISTS', formatName(name)),
  alterSource: ({ sourceKind, name, columns }) => {
    const added = columns.map((column) => `ADD COLUMN ${formatName(column.name)} ${formatTypeNode(column.type)}`)
    return words('ALTER', sourceKind, formatName(name), added.join(', '))
  },
  alterQuery: ({ sourceKind, name, properties, query }) =>
    words('ALTER', sourceKind, formatName(name), withClause(properties), 'AS', formatQuery(query)),
  applyVersion: ({ name }) => words('APPLY', formatName(name)),
  rollbackVersion: ({ name }) => words('ROLLBACK', formatName(name)),
  dropSource: ({ sourceKind, name, ifExists, deleteTopic }) =>
    words('DROP', sourceKind, ifExists && 'IF EXISTS', formatName(name), deleteTopic && 'DELETE TOPIC'),
  showProperties: () => 'SHOW PROPERTIES',
  showTopics: ({ all, extended }) => words('SHOW', all && 'ALL', 'TOPICS', extended && 'EXTENDED'),
  showStreams: ({ extended }) => words('SHOW STREAMS', extended && 'EXTENDED'),
  showTables: ({ extended }) => words('SHOW TABLES', extended && 'EXTENDED'),
  showQueries: ({ extended }) => words('SHOW QUERIES', extended && 'EXTENDED'),
  showFunctions: () => 'SHOW FUNCTIONS',
  showConnectors: ({ connectorKind }) => words('SHOW', connectorKind, 'CONNECTORS'),
  showConnectorPlugins: () => 'SHOW CONNECTOR PLUGINS',
  showIndexes: () => 'SHOW INDEXES',
  showTypes: () => 'SHOW TYPES',
  showVariables: () => 'SHOW VARIABLES',
  describeSource: ({ name, extended }) => words('DESCRIBE', formatName(name), extended && 'EXTENDED'),
  describeStreams: ({ extended }) => words('DESCRIBE STREAMS', extended && 'EXTENDED'),
  describeTables: ({ extended }) => words('DESCRIBE TABLES', extended && 'EXTENDED'),
  describeFunction: ({ name }) => words('DESCRIBE FUNCTION', formatName(name)),
  describeConnector: ({ name }) => words('DESCRIBE CONNECTOR', formatName(name)),
  explain: ({ queryId, statement, analyze }) =>
    words('EXPLAIN', analyze && 'ANALYZE', queryId === null ? formatStatement(statement!) : formatExactName(queryId)),
  print: formatPrint,
  terminate: ({ queryId }) => words('TERMINATE', formatQueryIdOrAll(queryId)),
  pauseConnector: ({ name }) => words('PAUSE CONNECTOR', formatName(name)),
  resumeConnector: ({ name }) => words('RESUME CONNECTOR', formatName(name)),
  pause: ({ queryId }) => words('PAUSE', formatQueryIdOrAll(queryId)),
  resume: ({ queryId }) => words('RESUME', formatQueryIdOrAll(queryId)),
  set: ({ name, value }) => `SET ${formatString(name)}=${formatString(value)}`,
  unset: ({ name }) => `UNSET ${formatString(name)}`,
  alterSystem: ({ name, value }) => `ALTER SYSTEM ${formatString(name)}=${formatString(value)}`,
  define: ({ name, value }) => `DEFINE ${formatName(name)}=${formatString(value)}`,
  undefine: ({ name }) => `UNDEFINE ${formatName(name)}`,
  assertTopic: formatAssertTopic,
  assertSchema: formatAssertSchema,
  assertStream: formatAssertSource,
  assertTable: formatAssertSource,
  assertValues: formatAssertValues,
  assertNullValues: formatAssertValues,
  assertRows: formatAssertRows,
  assertError: ({ part }) => `ASSERT ERROR ${formatString(part)}`,
  advanceTime: ({ by, to }) =>
    by === null ? `ADVANCE TIME TO ${formatExpression(to!)}` : `ADVANCE TIME BY ${formatDuration(by)}`,
  mock: ({ target, columns, rows }) =>
    words('MOCK', formatName(target), nameList(columns), rows.length > 0 && `AS VALUES ${rowLists(rows)}`),
  runScript: ({ file }) => `RUN SCRIPT ${formatString(file)}`,
}

/** Joins what there is with single spaces. */
const words = (...parts: readonly (string | false | null)[]): string => parts.filter(Boolean).join(' ')

// ---- Parts -------------------------------------------------------------------------------------------------------------------------

/** ` (ID INTEGER KEY, V STRING)`; columns as they stand between the parentheses of a definition. */
function formatColumns(columns: readonly ColumnDefinition[]): string {
  return columns
    .map(({ name, type, role, headerKey }) =>
      words(formatName(name), formatTypeNode(type), role === 'HEADER' ? `HEADER(${formatString(headerKey!)})` : role),
    )
    .join(', ')
}

const columnClause = (columns: readonly ColumnDefinition[]): string =>
  columns.length === 0 ? '' : `(${formatColumns(columns)})`

function withClause(properties: readonly Property[]): string {
  if (properties.length === 0) return ''
  const entries = properties.map(({ name, value }) => `${formatPropertyName(name)}=${formatLiteral(value)}`)
  return `WITH (${entries.join(', ')})`
}

/** Bare where that reads the same, else a string: `'connector.class'`. */
const formatPropertyName = (name: string): string => (formatName(name) === name ? name : formatString(name))

/** A name that is kept as it is written, such as a query id: lower case needs no quotes. */
const formatExactName = (name: string): string =>
  formatName(name.toUpperCase()) === name.toUpperCase() ? name : formatName(name)
const formatQueryIdOrAll = (id: string | null): string => (id === null ? 'ALL' : formatExactName(id))

const nameList = (names: readonly string[]): string =>
  names.length === 0 ? '' : `(${names.map(formatName).join(', ')})`
const valueList = (values: readonly Expression[]): string => `(${values.map(formatExpression).join(', ')})`
const timeoutClause = (timeout: Duration | null): string =>
  timeout === null ? '' : `TIMEOUT ${formatDuration(timeout)}`

// ---- Statements --------------------------------------------------------------------------------------------------------------------

function formatCreateSource(statement: CreateSource): string {
  const { sourceKind, name, orReplace, ifNotExists, isSource, columns, properties } = statement
  return words(
    'CREATE',
    orReplace && 'OR REPLACE',
    isSource && 'SOURCE',
    sourceKind,
    ifNotExists && 'IF NOT EXISTS',
    formatName(name),
    columnClause(columns),
    withClause(properties),
  )
}

function formatCreateAs({ sourceKind, name, orReplace, ifNotExists, properties, query }: CreateAs): string {
  return words(
    'CREATE',
    orReplace && 'OR REPLACE',
    sourceKind,
    ifNotExists && 'IF NOT EXISTS',
    formatName(name),
    withClause(properties),
    'AS',
    formatQuery(query),
  )
}

function formatCreateFunction(statement: CreateFunction): string {
  const { orReplace, isAggregate, ifNotExists, name, parameters, returns, language, state, properties } = statement
  return words(
    'CREATE',
    orReplace && 'OR REPLACE',
    isAggregate && 'AGGREGATE',
    'FUNCTION',
    ifNotExists && 'IF NOT EXISTS',
    `${formatName(name)}(${parameters.map(formatParameter).join(', ')})`,
    'RETURNS',
    'kind' in returns ? formatTypeNode(returns) : `TABLE ${resultColumns(returns)}`,
    language !== null && `LANGUAGE ${formatName(language)}`,
    !statement.isDeterministic && 'NOT DETERMINISTIC',
    statement.isStrict && 'STRICT',
    state.length > 0 && `STATE ${resultColumns(state)}`,
    withClause(properties),
    'AS',
    formatDollarString(statement.body),
  )
}

function formatParameter({ name, type, isVariadic, defaultValue }: FunctionParameter): string {
  return words(
    isVariadic && 'VARIADIC',
    formatExactName(name),
    type.kind === 'lambdaType'
      ? `LAMBDA(${type.parameters.map(formatTypeNode).join(', ')}) => ${formatTypeNode(type.result)}`
      : formatTypeNode(type),
    defaultValue !== null && `DEFAULT ${formatLiteral(defaultValue)}`,
  )
}

const resultColumns = (columns: readonly ResultColumn[]): string =>
  `(${columns.map(({ name, writtenName, type }) => `${columnName(name, writtenName)} ${formatTypeNode(type)}`).join(', ')})`

/** Bare where the name was written so. */
const columnName = (name: string, writtenName: string): string =>
  name === writtenName ? formatName(name) : formatExactName(writtenName)

function formatInsertValues({ target, columns, rows }: InsertValues): string {
  return words('INSERT INTO', formatName(target), nameList(columns), 'VALUES', rows.map(valueList).join(', '))
}

function formatPrint({ topic, fromBeginning, interval, limit }: Print): string {
  return words(
    'PRINT',
    formatString(topic),
    fromBeginning && 'FROM BEGINNING',
    interval !== null && `INTERVAL ${interval}`,
    limit !== null && `LIMIT ${limit}`,
  )
}

function formatAssertTopic({ exists, topic, properties, timeout }: AssertTopic): string {
  return words(
    'ASSERT',
    !exists && 'NOT EXISTS',
    'TOPIC',
    formatString(topic),
    withClause(properties),
    timeoutClause(timeout),
  )
}

function formatAssertSchema({ exists, subject, id, timeout }: AssertSchema): string {
  return words(
    'ASSERT',
    !exists && 'NOT EXISTS',
    'SCHEMA',
    subject !== null && `SUBJECT ${formatString(subject)}`,
    id !== null && `ID ${id}`,
    timeoutClause(timeout),
  )
}

function formatAssertSource({ kind, name, columns, properties }: AssertSource): string {
  return words(
    kind === 'assertStream' ? 'ASSERT STREAM' : 'ASSERT TABLE',
    formatName(name),
    columnClause(columns),
    withClause(properties),
  )
}

function formatAssertRows({ target, columns, rows }: AssertRows): string {
  const none = rows.length === 0
  return words(
    'ASSERT',
    none && 'NO',
    'ROWS',
    formatName(target),
    nameList(columns),
    !none && `VALUES ${rowLists(rows)}`,
  )
}

const rowLists = (rows: readonly (readonly Expression[])[]): string => rows.map(valueList).join(', ')

function formatAssertValues(statement: AssertValues | AssertNullValues): string {
  const { target, columns } = statement
  return statement.kind === 'assertValues'
    ? words('ASSERT VALUES', formatName(target), nameList(columns), 'VALUES', valueList(statement.values))
    : words('ASSERT NULL VALUES', formatName(target), nameList(columns), 'KEY', valueList(statement.key))
}
