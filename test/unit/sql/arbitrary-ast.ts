// Random ASTs for property tests: every kind of expression, query and statement that SQL can say.

import fc from 'fast-check'
import type {
  Expression,
  Literal,
  Query,
  QueryExpression,
  Relation,
  SelectItem,
  WindowClause,
} from '../../../src/sql/ast/query.ts'
import type { Statement } from '../../../src/sql/ast/statement.ts'
import type { TypeNode } from '../../../src/sql/ast/types.ts'
import { formatName } from '../../../src/sql/format-names.ts'

const nullable = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null, freq: 2 })
const list = <T>(value: fc.Arbitrary<T>, minLength = 0) => fc.array(value, { minLength, maxLength: 3 })

/** Plain and odd names, keywords of both sorts among them. */
export const name: fc.Arbitrary<string> = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('A', 'B', 'C_1', '_X', 'D@E') },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      'SELECT',
      'SIZE',
      'KEY',
      'ARRAY',
      'MAP',
      'STRUCT',
      'EMIT',
      'PARTITION',
      'DAY',
      'SESSION',
      'IF',
      'COLUMN',
      'TABLES',
      'FUNCTION',
      'QUALIFY',
      'ORDER',
      'UNION',
      'OVER',
      'FILTER',
      'ROW',
      'ID',
      'TIMESTAMP',
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom('lower', '2ND', 'with space', '`', '"', ';', '--', 'é') },
)
const sourceName = name.filter((text) => /^[A-Za-z0-9_-]+$/.test(text))

/** Names that are neither a basic type's nor need a meaning of their own. */
const customName = fc.constantFrom('ADDRESS', 'lower', 'MONEY')
const text = fc.oneof(fc.constantFrom('', "'", "it''s", ';', '--', '\n', '\\', '/*', 'é'), fc.string({ maxLength: 5 }))

// ---- Types and literals ------------------------------------------------------------------------------------------------------------

export const type: fc.Arbitrary<TypeNode> = fc.letrec<{ type: TypeNode }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.record({
      kind: fc.constant('baseType' as const),
      name: fc.constantFrom('BOOLEAN', 'INTEGER', 'BIGINT', 'DOUBLE', 'STRING', 'BYTES', 'TIME', 'DATE', 'TIMESTAMP'),
    }),
    fc.record({
      kind: fc.constant('decimalType' as const),
      precision: fc.integer({ min: 5, max: 38 }),
      scale: fc.integer({ min: 0, max: 5 }),
    }),
    fc.record({ kind: fc.constant('customType' as const), name: customName }),
    fc.record({ kind: fc.constant('arrayType' as const), element: tie('type') }),
    fc.record({ kind: fc.constant('mapType' as const), key: tie('type'), value: tie('type') }),
    fc.record({
      kind: fc.constant('structType' as const),
      fields: fc.uniqueArray(fc.record({ name, type: tie('type') }), { maxLength: 3, selector: (field) => field.name }),
    }),
  ),
})).type

const bigint = fc.oneof(
  fc.bigInt({ min: 2n ** 31n, max: 2n ** 63n - 1n }),
  fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 31n) - 1n }),
)

export const literal: fc.Arbitrary<Literal> = fc.oneof(
  fc.constant({ kind: 'nullLiteral' as const }),
  fc.record({ kind: fc.constant('booleanLiteral' as const), value: fc.boolean() }),
  fc.record({ kind: fc.constant('integerLiteral' as const), value: fc.integer() }),
  fc.record({ kind: fc.constant('bigintLiteral' as const), text: bigint.map(String) }),
  fc.record({
    kind: fc.constant('decimalLiteral' as const),
    text: fc.constantFrom('0.5', '-1.50', '12.', '100.001').map((digits) => digits.replace(/\.$/, '')),
  }),
  fc
    .record({
      kind: fc.constant('doubleLiteral' as const),
      value: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
    })
    .filter(({ value }) => !Object.is(value, -0)),
  fc.record({ kind: fc.constant('stringLiteral' as const), value: text }),
)

// ---- Expressions -------------------------------------------------------------------------------------------------------------------

interface Recursive {
  expression: Expression
}
const nulls = fc.constantFrom('FIRST', 'LAST', null)
/** A query without expressions of its own, so that expressions can hold it. */
const subquery: fc.Arbitrary<QueryExpression> = fc.letrec<{ query: QueryExpression }>((tie) => ({
  query: fc.oneof(
    { maxDepth: 2, depthSize: 'small' },
    fc.record(
      {
        kind: fc.constant('select' as const),
        distinct: fc.constant(true as const),
        items: fc.constant([{ kind: 'allColumns' as const, qualifier: null }]),
        from: name.map((only) => ({ kind: 'source' as const, name: only, alias: only })),
        window: fc.constant(null),
        where: fc.constant(null),
        groupBy: fc.constant(null),
        partitionBy: fc.constant(null),
        having: fc.constant(null),
        emit: fc.constant(null),
        limit: nullable(fc.integer()),
        offset: fc.nat(),
      },
      {
        requiredKeys: ['kind', 'items', 'from', 'window', 'where', 'groupBy', 'partitionBy', 'having', 'emit', 'limit'],
      },
    ),
    fc.record({
      kind: fc.constant('setOperation' as const),
      operator: fc.constantFrom('UNION' as const, 'INTERSECT' as const, 'EXCEPT' as const),
      all: fc.boolean(),
      left: tie('query'),
      right: tie('query'),
    }),
  ),
})).query
const frameBound = fc.oneof(
  fc.constant({ kind: 'currentRow' as const }),
  fc.record({
    kind: fc.constantFrom('preceding' as const, 'following' as const),
    offset: fc.oneof(
      fc.constant(null),
      fc.nat(),
      fc.record({ value: fc.nat(), unit: fc.constantFrom('DAYS' as const, 'MINUTES' as const) }),
    ),
  }),
)
const frame = fc.record({
  unit: fc.constantFrom('ROWS' as const, 'RANGE' as const),
  start: frameBound,
  end: frameBound,
})
const record = fc.record
const constant = <const T>(value: T) => fc.constant(value)
const timeUnit = fc.constantFrom('DAYS', 'HOURS', 'MINUTES', 'SECONDS', 'MILLISECONDS')

const UNIT_FUNCTIONS = new Set(['DATEADD', 'DATESUB'])

export const expression: fc.Arbitrary<Expression> = fc.letrec<Recursive>((tie) => {
  const inner = tie('expression')
  const lambda: fc.Arbitrary<Expression> = fc
    .uniqueArray(fc.constantFrom('P', 'q', 'R'), { minLength: 1, maxLength: 3 })
    .chain((parameters) =>
      record({
        kind: constant('lambda'),
        parameters: constant(parameters),
        body: fc.oneof(
          literal,
          record({ kind: constant('lambdaVariable'), name: fc.constantFrom(...parameters) }),
          record({
            kind: constant('arithmeticBinary'),
            operator: constant('+'),
            left: record({ kind: constant('lambdaVariable'), name: fc.constantFrom(...parameters) }),
            right: record({ kind: constant('columnReference'), qualifier: constant(null), name }),
          }),
        ),
      }),
    )
  const unit: fc.Arbitrary<Expression> = record({ kind: constant('intervalUnit'), unit: timeUnit })
  const whens = list(record({ condition: inner, result: inner }), 1)
  return {
    expression: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      literal,
      record({ kind: constant('columnReference'), qualifier: nullable(name), name }),
      record({
        kind: constant('comparison'),
        operator: fc.constantFrom('=', '<>', '<', '<=', '>', '>=', 'IS DISTINCT FROM', 'IS NOT DISTINCT FROM'),
        left: inner,
        right: inner,
      }),
      record({ kind: constant('logicalBinary'), operator: fc.constantFrom('AND', 'OR'), left: inner, right: inner }),
      record({ kind: fc.constantFrom('not', 'isNull', 'isNotNull'), operand: inner }),
      record({ kind: constant('between'), negated: fc.boolean(), operand: inner, low: inner, high: inner }),
      record({ kind: constant('in'), negated: fc.boolean(), operand: inner, values: list(inner, 1) }),
      record({
        kind: constant('like'),
        negated: fc.boolean(),
        operand: inner,
        pattern: inner,
        escape: nullable(fc.constantFrom('!', "'", '\\')),
      }),
      record({
        kind: constant('arithmeticBinary'),
        operator: fc.constantFrom('+', '-', '*', '/', '%'),
        left: inner,
        right: inner,
      }),
      record({ kind: constant('arithmeticUnary'), operator: fc.constantFrom('+', '-'), operand: inner }),
      record({ kind: constant('concat'), left: inner, right: inner }),
      record({ kind: constant('cast'), operand: inner, type }),
      record({ kind: constant('searchedCase'), whens, otherwise: nullable(inner) }),
      record({ kind: constant('simpleCase'), operand: inner, whens, otherwise: nullable(inner) }),
      record({
        kind: constant('functionCall'),
        name: name.filter((word) => !UNIT_FUNCTIONS.has(word)),
        args: list(fc.oneof(inner, lambda, unit)),
        star: constant(false),
      }),
      record({ kind: constant('functionCall'), name, args: constant([]), star: constant(true) }),
      record(
        {
          kind: constant('functionCall'),
          name: constant('SUM'),
          args: list(inner, 1),
          star: constant(false),
          distinct: constant(true),
          filter: inner,
          over: record({
            partitionBy: list(inner),
            orderBy: list(record({ expression: inner, descending: fc.boolean(), nulls: nulls })),
            frame: nullable(frame),
          }),
        },
        { requiredKeys: ['kind', 'name', 'args', 'star'] },
      ),
      fc.record({ kind: fc.constantFrom('scalarSubquery', 'exists'), query: subquery }),
      fc.record({ kind: constant('inSubquery'), negated: fc.boolean(), operand: inner, query: subquery }),
      record({ kind: constant('subscript'), base: inner, index: inner }),
      record({ kind: constant('dereference'), base: inner, field: name }),
      record({ kind: constant('arrayConstructor'), elements: list(inner) }),
      record({ kind: constant('mapConstructor'), entries: list(record({ key: inner, value: inner })) }),
      record({
        kind: constant('structConstructor'),
        fields: fc.uniqueArray(record({ name, value: inner }), { maxLength: 3, selector: (field) => field.name }),
      }),
      record({ kind: constant('atTimeZone'), operand: inner, zone: text }),
    ) as fc.Arbitrary<Expression>,
  }
}).expression

// ---- Queries -----------------------------------------------------------------------------------------------------------------------

const duration = record({ value: fc.nat(), unit: timeUnit })
const windowOptions = {
  name: nullable(name),
  retention: nullable(duration),
  grace: nullable(duration),
}
const window: fc.Arbitrary<WindowClause> = fc
  .tuple(
    fc.boolean(),
    fc.oneof(
      record({ kind: constant('tumbling'), ...windowOptions, size: duration }),
      record({ kind: constant('hopping'), ...windowOptions, size: duration, advance: duration }),
      record({ kind: constant('cumulate'), ...windowOptions, size: duration, step: duration }),
      record({ kind: constant('session'), ...windowOptions, gap: duration }),
    ),
  )
  .map(([processingTime, one]) => (processingTime ? { ...one, processingTime: true as const } : one))

const source = fc.oneof(
  name.map((only) => ({ kind: 'source' as const, name: only, alias: only })),
  record({ kind: constant('source'), name, alias: name }),
  record({ kind: constant('derived'), query: subquery, alias: nullable(name) }),
)
const relation: fc.Arbitrary<Relation> = fc
  .tuple(
    source,
    list(
      record({
        type: fc.constantFrom('INNER', 'LEFT', 'RIGHT', 'FULL'),
        right: source,
        within: nullable(record({ before: duration, after: duration, grace: nullable(duration) })),
        criteria: expression,
      }),
    ),
  )
  .map(([first, joins]) => joins.reduce<Relation>((left, join) => ({ kind: 'join', left, ...join }), first))

const item: fc.Arbitrary<SelectItem> = fc.oneof(
  record({ kind: constant('singleColumn'), expression, alias: nullable(name) }),
  record({ kind: constant('allColumns'), qualifier: nullable(name) }),
  record({ kind: constant('structAll'), base: expression }),
)
const grouping = record({ expressions: list(expression) }).filter(({ expressions: [first] }) => !isSets(first))
const isSets = (expression: Expression | undefined): boolean =>
  expression?.kind === 'functionCall' && (expression.name === 'ROLLUP' || expression.name === 'CUBE')

export const query: fc.Arbitrary<Query> = record(
  {
    kind: constant('select'),
    with: list(record({ name, columns: list(name), query: subquery }), 1),
    distinct: constant(true),
    items: list(item, 1),
    from: relation,
    window: nullable(window),
    where: nullable(expression),
    groupBy: nullable(grouping),
    partitionBy: nullable(grouping),
    having: nullable(expression),
    qualify: expression,
    orderBy: list(record({ expression, descending: fc.boolean(), nulls }), 1),
    stateTtl: duration,
    emit: fc.constantFrom('CHANGES', 'FINAL', null),
    limit: nullable(fc.integer()),
    offset: fc.nat(),
  },
  { requiredKeys: ['kind', 'items', 'from', 'window', 'where', 'groupBy', 'partitionBy', 'having', 'emit', 'limit'] },
)

// ---- Statements --------------------------------------------------------------------------------------------------------------------

const properties = fc.uniqueArray(record({ name: fc.oneof(name, text), value: literal }), {
  maxLength: 3,
  selector: (property) => property.name,
})
const role = (key: 'KEY' | 'PRIMARY KEY') =>
  fc.oneof(
    record({ role: fc.constantFrom(key, 'HEADERS', null), headerKey: constant(null) }),
    record({ role: constant('HEADER'), headerKey: text }),
  )
const columns = (key: 'KEY' | 'PRIMARY KEY') =>
  list(fc.tuple(record({ name, type }), role(key)).map(([column, marks]) => ({ ...column, ...marks })))

const createSource = (sourceKind: 'STREAM' | 'TABLE') =>
  record({
    kind: constant('createSource'),
    sourceKind: constant(sourceKind),
    name: sourceName,
    orReplace: fc.boolean(),
    ifNotExists: fc.boolean(),
    isSource: fc.boolean(),
    columns: columns(sourceKind === 'STREAM' ? 'KEY' : 'PRIMARY KEY'),
    properties,
  })

/** Only queries hold queries. */
const value = expression.filter((one) => !/"kind":"(scalarSubquery|exists|inSubquery)"/.test(JSON.stringify(one)))
const rowOf = (arity: number) => fc.array(value, { minLength: arity, maxLength: arity })
/** As many values as columns; without columns any number. */
const row = list(name).chain((names) =>
  record({ columns: constant(names), values: rowOf(names.length === 0 ? 2 : names.length) }),
)

const rows = list(name).chain((names) =>
  record({
    columns: constant(names),
    rows: fc.array(rowOf(names.length === 0 ? 2 : names.length), { minLength: 1, maxLength: 3 }),
  }),
)

const sourceKind = fc.constantFrom('STREAM', 'TABLE')
const connectorKind = fc.constantFrom('SOURCE', 'SINK')
const extended = fc.boolean()
const queryId = fc.oneof(name, fc.constantFrom('transient_X_12', 'ctas_x_0'))

const simple = [
  record({
    kind: fc.constantFrom(
      'showProperties',
      'showFunctions',
      'showConnectorPlugins',
      'showTypes',
      'showVariables',
      'showSecrets',
      'showIndexes',
    ),
  }),
  record({
    kind: fc.constantFrom('showStreams', 'showTables', 'showQueries', 'describeStreams', 'describeTables'),
    extended,
  }),
  record({ kind: constant('showTopics'), all: fc.boolean(), extended }),
  record({ kind: constant('showConnectors'), connectorKind: nullable(connectorKind) }),
  record({ kind: constant('describeSource'), name, extended }),
  record({
    kind: fc.constantFrom('describeFunction', 'describeConnector', 'pauseConnector', 'resumeConnector'),
    name,
  }),
  record({ kind: fc.constantFrom('terminate', 'pause', 'resume'), queryId: nullable(queryId) }),
  record({ kind: fc.constantFrom('set', 'alterSystem'), name: text, value: text }),
  record({ kind: constant('unset'), name: text }),
  record({ kind: constant('define'), name, value: text }),
  record({ kind: constant('undefine'), name }),
  record({ kind: constant('runScript'), file: text }),
  record({ kind: constant('assertError'), part: text }),
  record({ kind: constant('advanceTime'), by: duration, to: constant(null) }),
  record({ kind: constant('advanceTime'), by: constant(null), to: value }),
  fc
    .tuple(name, rows)
    .map(([target, { columns, rows: values }]) => ({ kind: 'assertRows', target, columns, rows: values })),
  fc.tuple(name, rows, fc.boolean()).map(([target, { columns, rows: values }, isEmpty]) => ({
    kind: 'mock',
    target,
    columns,
    rows: isEmpty ? [] : values,
  })),
  record({ kind: fc.constantFrom('dropType', 'dropConnector', 'dropSecret'), name, ifExists: fc.boolean() }),
  record({ kind: constant('dropSource'), sourceKind, name, ifExists: fc.boolean(), deleteTopic: fc.boolean() }),
  record({
    kind: constant('print'),
    topic: text,
    fromBeginning: fc.boolean(),
    interval: nullable(fc.integer()),
    limit: nullable(fc.integer()),
  }),
  record({ kind: constant('assertTopic'), exists: fc.boolean(), topic: text, properties, timeout: nullable(duration) }),
  record({
    kind: constant('assertSchema'),
    exists: fc.boolean(),
    subject: nullable(text),
    id: nullable(fc.integer()),
    timeout: nullable(duration),
  }),
] as const

const resultColumns = (minLength: number) =>
  fc
    .uniqueArray(fc.tuple(name, fc.boolean(), type), { minLength, maxLength: 3, selector: ([column]) => column })
    .map((columns) =>
      columns.map(([column, isLower, columnType]) => {
        // A bare name may be written in lower case, and is the same name.
        const isBare = /^[A-Z_][A-Z0-9_@]*$/.test(column) && formatName(column) === column
        return { name: column, writtenName: isBare && isLower ? column.toLowerCase() : column, type: columnType }
      }),
    )

const parameters = fc.uniqueArray(
  record({
    name,
    type: fc.oneof(type, record({ kind: constant('lambdaType'), parameters: list(type, 1), result: type })),
    isVariadic: fc.boolean(),
    defaultValue: nullable(literal),
  }),
  { maxLength: 3, selector: (parameter) => parameter.name },
)

const createFunction = record({
  kind: constant('createFunction'),
  orReplace: fc.boolean(),
  isAggregate: fc.boolean(),
  ifNotExists: fc.boolean(),
  name: sourceName,
  parameters,
  returns: fc.oneof(type, resultColumns(1)),
  language: nullable(fc.constantFrom('JAVASCRIPT', 'LUA')),
  isDeterministic: fc.boolean(),
  isStrict: fc.boolean(),
  state: resultColumns(0),
  properties,
  body: fc.oneof(text, fc.constantFrom('$', '$$', 'a$body$b', '{', '$${x}', 'return a;\n', 'x$body')),
})

/** Statements without places and texts; each makes some kinds of them. */
export const statements: readonly fc.Arbitrary<Statement>[] = [
  ...simple,
  record({ kind: constant('query'), query }),
  createSource('STREAM'),
  createSource('TABLE'),
  record({
    kind: constant('createAs'),
    sourceKind,
    name: sourceName,
    orReplace: fc.boolean(),
    ifNotExists: fc.boolean(),
    properties,
    query: query.map((select) => ({ ...select, limit: null })),
  }),
  record({ kind: constant('insertInto'), target: name, properties, query }),
  rows.chain(({ columns: names, rows }) =>
    record({ kind: constant('insertValues'), target: name, columns: constant(names), rows: constant(rows) }),
  ),
  row.chain(({ columns: names, values }) =>
    record({ kind: constant('assertValues'), target: name, columns: constant(names), values: constant(values) }),
  ),
  row.chain(({ columns: names, values }) =>
    record({ kind: constant('assertNullValues'), target: name, columns: constant(names), key: constant(values) }),
  ),
  record({ kind: fc.constantFrom('assertStream', 'assertTable'), name, columns: columns('KEY'), properties }),
  createFunction,
  record({ kind: constant('dropFunction'), name, ifExists: fc.boolean(), parameterTypes: nullable(list(type)) }),
  record({
    kind: constant('createIndex'),
    ifNotExists: fc.boolean(),
    name,
    table: record({ name }),
    columns: fc.array(record({ name }), { minLength: 1, maxLength: 3 }),
  }),
  record({ kind: constant('dropIndex'), ifExists: fc.boolean(), name }),
  record({ kind: constant('createType'), name, ifNotExists: fc.boolean(), type }),
  record({
    kind: constant('createConnector'),
    connectorKind,
    name,
    ifNotExists: fc.boolean(),
    properties: properties.filter((given) => given.length > 0),
  }),
  record({
    kind: constant('createBuiltInConnector'),
    connectorKind: constant('SINK'),
    name,
    ifNotExists: fc.boolean(),
    from: name,
    properties: properties.filter((given) => given.length > 0),
  }),
  record({
    kind: constant('createBuiltInConnector'),
    connectorKind: constant('SOURCE'),
    name,
    ifNotExists: fc.boolean(),
    from: constant(null),
    properties: properties.filter((given) => given.length > 0),
  }),
  record({
    kind: constant('alterConnector'),
    connectorKind: nullable(connectorKind),
    name,
    properties: properties.filter((given) => given.length > 0),
  }),
  record({
    kind: constant('createSecret'),
    orReplace: fc.boolean(),
    ifNotExists: fc.boolean(),
    name,
    properties: properties.filter((given) => given.length > 0),
  }),
  record({ kind: constant('alterSource'), sourceKind, name, columns: list(record({ name, type }), 1) }),
  record({
    kind: constant('alterQuery'),
    sourceKind,
    name,
    properties,
    query: query.map((select) => ({ ...select, limit: null })),
  }),
  record({ kind: constant('applyVersion'), name: sourceName }),
  record({ kind: constant('rollbackVersion'), name: sourceName }),
  record({ kind: constant('explain'), queryId, statement: constant(null), analyze: fc.boolean() }),
  record({
    kind: constant('explain'),
    queryId: constant(null),
    statement: fc.oneof(...simple),
    analyze: constant(false),
  }),
] as unknown as readonly fc.Arbitrary<Statement>[]

export const statement: fc.Arbitrary<Statement> = fc.oneof(...statements)
