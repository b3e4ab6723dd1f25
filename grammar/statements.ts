// Statements: definitions, writes, inspection, control of queries, session and assertions. The last of the three layers of the grammar.

import { EOF } from 'chevrotain'
import type { GrammarOptions } from './expressions.ts'
import { QueryGrammar } from './queries.ts'
import * as t from './tokens.ts'

export class StatementGrammar extends QueryGrammar {
  /** Whether to accept what only test scripts and the CLI may say: assertions on records, RUN SCRIPT. Set before each parse. */
  allowTestStatements = true

  constructor(options: GrammarOptions = {}) {
    super(options)
    this.performSelfAnalysis()
  }

  singleStatement = this.RULE('singleStatement', () => {
    this.SUBRULE(this.statement)
    this.CONSUME(t.Semicolon)
  })

  statement = this.RULE('statement', () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.query) },
      { ALT: () => this.SUBRULE(this.create) },
      { ALT: () => this.SUBRULE(this.insert) },
      { ALT: () => this.SUBRULE(this.alter) },
      { ALT: () => this.SUBRULE(this.drop) },
      { ALT: () => this.SUBRULE(this.show) },
      { ALT: () => this.SUBRULE(this.describe) },
      { ALT: () => this.SUBRULE(this.explain) },
      { ALT: () => this.SUBRULE(this.print) },
      { ALT: () => this.SUBRULE(this.terminate) },
      { ALT: () => this.SUBRULE(this.pause) },
      { ALT: () => this.SUBRULE(this.resume) },
      { ALT: () => this.SUBRULE(this.applyVersion) },
      { ALT: () => this.SUBRULE(this.rollbackVersion) },
      { ALT: () => this.SUBRULE(this.set) },
      { ALT: () => this.SUBRULE(this.unset) },
      { ALT: () => this.SUBRULE(this.define) },
      { ALT: () => this.SUBRULE(this.undefine) },
      { ALT: () => this.SUBRULE(this.assert) },
      { GATE: () => this.allowTestStatements, ALT: () => this.SUBRULE(this.runScript) },
      { GATE: () => this.allowTestStatements, ALT: () => this.SUBRULE(this.advanceTime) },
      { GATE: () => this.allowTestStatements, ALT: () => this.SUBRULE(this.mock) },
    ])
  })

  // ---- CREATE --------------------------------------------------------------------------------------------------------------------

  create = this.RULE('create', () => {
    this.CONSUME(t.Create)
    this.OR({
      IGNORE_AMBIGUITIES: true,
      DEF: [
        { GATE: () => this.isNext(2, t.Connector), ALT: () => this.SUBRULE(this.createConnector) },
        { GATE: () => this.isNext(1, t.Sink), ALT: () => this.SUBRULE(this.createSink) },
        {
          GATE: () => this.isNext(3, t.With) || this.isNext(2, t.If),
          ALT: () => this.SUBRULE(this.createFeed),
        },
        { ALT: () => this.SUBRULE(this.createType) },
        { ALT: () => this.SUBRULE(this.createIndex) },
        {
          GATE: () => this.isNext(1, t.Secret) || this.isNext(3, t.Secret),
          ALT: () => this.SUBRULE(this.createSecret),
        },
        { GATE: () => this.isFunctionNext(), ALT: () => this.SUBRULE(this.createFunction) },
        { ALT: () => this.SUBRULE(this.createSource) },
      ],
    })
  })

  /** With columns, or AS SELECT, or neither (the columns are then inferred); a SOURCE is never made by a query. */
  createSource = this.RULE('createSource', () => {
    this.OPTION(() => {
      this.CONSUME(t.Or)
      this.CONSUME(t.Replace)
    })
    const isSource = this.OPTION2(() => this.CONSUME(t.Source))
    this.SUBRULE(this.sourceKind)
    this.OPTION3({ GATE: () => this.isNext(2, t.Not), DEF: () => this.SUBRULE(this.ifNotExists) })
    this.CONSUME(t.Identifier)
    const columns = this.OPTION4(() => this.SUBRULE(this.columnDefinitions))
    this.OPTION5(() => this.SUBRULE(this.withClause))
    this.OPTION6({
      GATE: () => isSource === undefined && columns === undefined,
      DEF: () => {
        this.CONSUME(t.As)
        this.SUBRULE(this.query)
      },
    })
  })

  createIndex = this.RULE('createIndex', () => {
    this.CONSUME(t.Index)
    this.OPTION({ GATE: () => this.isNext(2, t.Not), DEF: () => this.SUBRULE(this.ifNotExists) })
    this.CONSUME(t.Identifier)
    this.CONSUME(t.On)
    this.SUBRULE(this.indexTarget)
  })

  indexTarget = this.RULE('indexTarget', () => {
    this.CONSUME(t.Identifier)
    this.CONSUME(t.LeftParenthesis)
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.indexColumn) })
    this.CONSUME(t.RightParenthesis)
  })

  indexColumn = this.RULE('indexColumn', () => {
    this.CONSUME(t.Identifier)
  })

  sourceKind = this.RULE('sourceKind', () => {
    this.OR([{ ALT: () => this.CONSUME(t.Stream) }, { ALT: () => this.CONSUME(t.Table) }])
  })

  ifNotExists = this.RULE('ifNotExists', () => {
    this.CONSUME(t.If)
    this.CONSUME(t.Not)
    this.CONSUME(t.Exists)
  })

  ifExists = this.RULE('ifExists', () => {
    this.CONSUME(t.If)
    this.CONSUME(t.Exists)
  })

  columnDefinitions = this.RULE('columnDefinitions', () => {
    this.CONSUME(t.LeftParenthesis)
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.columnDefinition) })
    this.CONSUME(t.RightParenthesis)
  })

  /** Column definitions on their own, without parentheses: how schemas are written outside of statements. */
  columnList = this.RULE('columnList', () => {
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.columnDefinition) })
  })

  columnDefinition = this.RULE('columnDefinition', () => {
    this.CONSUME(t.Identifier)
    this.SUBRULE(this.type)
    this.OPTION(() => this.SUBRULE(this.columnRole))
  })

  columnRole = this.RULE('columnRole', () => {
    this.OR([
      {
        ALT: () => {
          this.OPTION(() => this.CONSUME(t.Primary))
          this.CONSUME(t.Key)
        },
      },
      { ALT: () => this.CONSUME(t.Headers) },
      {
        ALT: () => {
          this.CONSUME(t.Header)
          this.CONSUME(t.LeftParenthesis)
          this.CONSUME(t.StringValue)
          this.CONSUME(t.RightParenthesis)
        },
      },
    ])
  })

  withClause = this.RULE('withClause', () => {
    this.CONSUME(t.With)
    this.CONSUME(t.LeftParenthesis)
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.property) })
    this.CONSUME(t.RightParenthesis)
  })

  property = this.RULE('property', () => {
    this.SUBRULE(this.nameOrString)
    this.CONSUME(t.Equal)
    this.SUBRULE(this.literal)
  })

  nameOrString = this.RULE('nameOrString', () => {
    this.OR([{ ALT: () => this.CONSUME(t.Identifier) }, { ALT: () => this.CONSUME(t.StringValue) }])
  })

  createType = this.RULE('createType', () => {
    this.CONSUME(t.Type)
    this.OPTION({ GATE: () => this.isNext(2, t.Not), DEF: () => this.SUBRULE(this.ifNotExists) })
    this.CONSUME(t.Identifier)
    this.CONSUME(t.As)
    this.SUBRULE(this.type)
  })

  /** FUNCTION stands first, or after OR REPLACE or AGGREGATE. */
  private isFunctionNext(): boolean {
    const start = this.isNext(1, t.Or) ? 3 : 1
    return this.isNext(start, t.Function_) || this.isNext(start, t.Aggregate)
  }

  createFunction = this.RULE('createFunction', () => {
    this.OPTION(() => {
      this.CONSUME(t.Or)
      this.CONSUME(t.Replace)
    })
    this.OPTION2(() => this.CONSUME(t.Aggregate))
    this.CONSUME(t.Function_)
    this.OPTION3({ GATE: () => this.isNext(2, t.Not), DEF: () => this.SUBRULE(this.ifNotExists) })
    this.CONSUME(t.Identifier)
    this.CONSUME(t.LeftParenthesis)
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.functionParameter) })
    this.CONSUME(t.RightParenthesis)
    this.CONSUME(t.Returns)
    this.SUBRULE(this.functionResult)
    this.MANY(() => this.SUBRULE(this.functionOption))
    this.CONSUME(t.As)
    this.CONSUME(t.StringValue)
  })

  /** VARIADIC is a name unless a name and a type follow it. */
  functionParameter = this.RULE('functionParameter', () => {
    this.OPTION({
      GATE: () => this.isNext(2, t.Identifier) && (this.isNext(3, t.Identifier) || this.isNext(3, t.Decimal)),
      DEF: () => this.CONSUME(t.Variadic),
    })
    this.CONSUME(t.Identifier)
    this.OR({
      IGNORE_AMBIGUITIES: true,
      DEF: [
        { GATE: () => this.isNext(2, t.LeftParenthesis), ALT: () => this.SUBRULE(this.lambdaType) },
        { ALT: () => this.SUBRULE(this.type) },
      ],
    })
    this.OPTION2(() => {
      this.CONSUME(t.Default)
      this.SUBRULE(this.literal)
    })
  })

  lambdaType = this.RULE('lambdaType', () => {
    this.CONSUME(t.Lambda)
    this.CONSUME(t.LeftParenthesis)
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.type, { LABEL: 'parameter' }) })
    this.CONSUME(t.RightParenthesis)
    this.CONSUME(t.LambdaArrow)
    this.SUBRULE2(this.type, { LABEL: 'result' })
  })

  functionResult = this.RULE('functionResult', () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Table)
          this.SUBRULE(this.resultColumns)
        },
      },
      { ALT: () => this.SUBRULE(this.type) },
    ])
  })

  resultColumns = this.RULE('resultColumns', () => {
    this.CONSUME(t.LeftParenthesis)
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.resultColumn) })
    this.CONSUME(t.RightParenthesis)
  })

  resultColumn = this.RULE('resultColumn', () => {
    this.CONSUME(t.Identifier)
    this.SUBRULE(this.type)
  })

  functionOption = this.RULE('functionOption', () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Language)
          this.CONSUME(t.Identifier)
        },
      },
      {
        ALT: () => {
          this.OPTION(() => this.CONSUME(t.Not))
          this.CONSUME(t.Deterministic)
        },
      },
      { ALT: () => this.CONSUME(t.Strict) },
      {
        ALT: () => {
          this.CONSUME(t.State)
          this.SUBRULE(this.resultColumns)
        },
      },
      { ALT: () => this.SUBRULE(this.withClause) },
    ])
  })

  createConnector = this.RULE('createConnector', () => {
    this.SUBRULE(this.connectorKind)
    this.CONSUME(t.Connector)
    this.OPTION({ GATE: () => this.isNext(2, t.Not), DEF: () => this.SUBRULE(this.ifNotExists) })
    this.CONSUME(t.Identifier)
    this.SUBRULE(this.withClause)
  })

  /** A built-in sink. */
  createSink = this.RULE('createSink', () => {
    this.CONSUME(t.Sink)
    this.OPTION({ GATE: () => this.isNext(2, t.Not), DEF: () => this.SUBRULE(this.ifNotExists) })
    this.CONSUME(t.Identifier)
    this.CONSUME(t.From)
    this.CONSUME2(t.Identifier, { LABEL: 'input' })
    this.SUBRULE(this.connectorOptions)
  })

  /** A built-in source. */
  createFeed = this.RULE('createFeed', () => {
    this.CONSUME(t.Source)
    this.OPTION({ GATE: () => this.isNext(2, t.Not), DEF: () => this.SUBRULE(this.ifNotExists) })
    this.CONSUME(t.Identifier)
    this.SUBRULE(this.connectorOptions)
  })

  createSecret = this.RULE('createSecret', () => {
    this.OPTION(() => {
      this.CONSUME(t.Or)
      this.CONSUME(t.Replace)
    })
    this.CONSUME(t.Secret)
    this.OPTION2({ GATE: () => this.isNext(2, t.Not), DEF: () => this.SUBRULE(this.ifNotExists) })
    this.CONSUME(t.Identifier)
    this.SUBRULE(this.connectorOptions)
  })

  connectorOptions = this.RULE('connectorOptions', () => {
    this.CONSUME(t.With)
    this.CONSUME(t.LeftParenthesis)
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.connectorOption) })
    this.CONSUME(t.RightParenthesis)
  })

  /** Two keywords are names of options. */
  connectorOption = this.RULE('connectorOption', () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.nameOrString) },
      { ALT: () => this.CONSUME(t.Connector) },
      { ALT: () => this.CONSUME(t.Topic) },
    ])
    this.CONSUME(t.Equal)
    this.SUBRULE(this.literal)
  })

  connectorKind = this.RULE('connectorKind', () => {
    this.OR([{ ALT: () => this.CONSUME(t.Source) }, { ALT: () => this.CONSUME(t.Sink) }])
  })

  // ---- INSERT, ALTER, DROP -------------------------------------------------------------------------------------------------------

  insert = this.RULE('insert', () => {
    this.CONSUME(t.Insert)
    this.CONSUME(t.Into)
    this.CONSUME(t.Identifier)
    this.OR({
      IGNORE_AMBIGUITIES: true,
      DEF: [
        {
          GATE: () => !this.isNext(1, t.LeftParenthesis) || this.isSubquery(),
          ALT: () => this.SUBRULE(this.insertQuery),
        },
        { ALT: () => this.SUBRULE(this.insertValues) },
      ],
    })
  })

  insertQuery = this.RULE('insertQuery', () => {
    this.OPTION({ GATE: () => this.isNext(2, t.LeftParenthesis), DEF: () => this.SUBRULE(this.withClause) })
    this.SUBRULE(this.query)
  })

  insertValues = this.RULE('insertValues', () => {
    this.OPTION(() => this.SUBRULE(this.columnNames))
    this.CONSUME(t.Values)
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.rowValues) })
  })

  columnNames = this.RULE('columnNames', () => {
    this.CONSUME(t.LeftParenthesis)
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.CONSUME(t.Identifier) })
    this.CONSUME(t.RightParenthesis)
  })

  rowValues = this.RULE('rowValues', () => {
    this.CONSUME(t.LeftParenthesis)
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.value) })
    this.CONSUME(t.RightParenthesis)
  })

  alter = this.RULE('alter', () => {
    this.CONSUME(t.Alter)
    this.OR([
      { ALT: () => this.SUBRULE(this.alterSystem) },
      { ALT: () => this.SUBRULE(this.alterSource) },
      { ALT: () => this.SUBRULE(this.alterConnector) },
    ])
  })

  alterSystem = this.RULE('alterSystem', () => {
    this.CONSUME(t.System)
    this.CONSUME(t.StringValue)
    this.CONSUME(t.Equal)
    this.CONSUME2(t.StringValue)
  })

  alterSource = this.RULE('alterSource', () => {
    this.SUBRULE(this.sourceKind)
    this.CONSUME(t.Identifier)
    this.OR([{ ALT: () => this.SUBRULE(this.addColumns) }, { ALT: () => this.SUBRULE(this.asQuery) }])
  })

  addColumns = this.RULE('addColumns', () => {
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.addColumn) })
  })

  alterConnector = this.RULE('alterConnector', () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Sink) },
      { ALT: () => this.CONSUME(t.Source) },
      { ALT: () => this.CONSUME(t.Connector) },
    ])
    this.CONSUME(t.Identifier)
    this.SUBRULE(this.connectorOptions)
  })

  asQuery = this.RULE('asQuery', () => {
    this.OPTION(() => this.SUBRULE(this.withClause))
    this.CONSUME(t.As)
    this.SUBRULE(this.query)
  })

  addColumn = this.RULE('addColumn', () => {
    this.CONSUME(t.Add)
    this.OPTION({ GATE: () => this.isNext(2, t.Identifier), DEF: () => this.CONSUME(t.Column) })
    this.CONSUME(t.Identifier)
    this.SUBRULE(this.type)
  })

  drop = this.RULE('drop', () => {
    this.CONSUME(t.Drop)
    this.OR([
      { ALT: () => this.SUBRULE(this.dropSource) },
      { ALT: () => this.SUBRULE(this.dropType) },
      { ALT: () => this.SUBRULE(this.dropConnector) },
      { ALT: () => this.SUBRULE(this.dropFunction) },
      { ALT: () => this.SUBRULE(this.dropSecret) },
      { ALT: () => this.SUBRULE(this.dropIndex) },
    ])
  })

  dropSource = this.RULE('dropSource', () => {
    this.SUBRULE(this.sourceKind)
    this.OPTION({ GATE: () => this.isNext(2, t.Exists), DEF: () => this.SUBRULE(this.ifExists) })
    this.CONSUME(t.Identifier)
    this.OPTION2(() => {
      this.CONSUME(t.Delete)
      this.CONSUME(t.Topic)
    })
  })

  dropType = this.RULE('dropType', () => {
    this.CONSUME(t.Type)
    this.OPTION({ GATE: () => this.isNext(2, t.Exists), DEF: () => this.SUBRULE(this.ifExists) })
    this.CONSUME(t.Identifier)
  })

  /** With types in parentheses, the overload of these; without, all of the name. */
  dropFunction = this.RULE('dropFunction', () => {
    this.CONSUME(t.Function_)
    this.OPTION({ GATE: () => this.isNext(2, t.Exists), DEF: () => this.SUBRULE(this.ifExists) })
    this.CONSUME(t.Identifier)
    this.OPTION2(() => {
      this.CONSUME(t.LeftParenthesis)
      this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.type) })
      this.CONSUME(t.RightParenthesis)
    })
  })

  dropIndex = this.RULE('dropIndex', () => {
    this.CONSUME(t.Index)
    this.OPTION({ GATE: () => this.isNext(2, t.Exists), DEF: () => this.SUBRULE(this.ifExists) })
    this.CONSUME(t.Identifier)
  })

  dropSecret = this.RULE('dropSecret', () => {
    this.CONSUME(t.Secret)
    this.OPTION({ GATE: () => this.isNext(2, t.Exists), DEF: () => this.SUBRULE(this.ifExists) })
    this.CONSUME(t.Identifier)
  })

  dropConnector = this.RULE('dropConnector', () => {
    this.CONSUME(t.Connector)
    this.OPTION({ GATE: () => this.isNext(2, t.Exists), DEF: () => this.SUBRULE(this.ifExists) })
    this.CONSUME(t.Identifier)
  })

  // ---- SHOW, DESCRIBE, EXPLAIN, PRINT --------------------------------------------------------------------------------------------

  show = this.RULE('show', () => {
    this.OR([{ ALT: () => this.CONSUME(t.Show) }, { ALT: () => this.CONSUME(t.List) }])
    this.OR2([
      { ALT: () => this.CONSUME(t.Properties) },
      { ALT: () => this.SUBRULE(this.showTopics) },
      { ALT: () => this.SUBRULE(this.showExtendable) },
      { ALT: () => this.CONSUME(t.Functions) },
      { ALT: () => this.SUBRULE(this.showConnectors) },
      { ALT: () => this.SUBRULE(this.showPlugins) },
      { ALT: () => this.CONSUME(t.Types) },
      { ALT: () => this.CONSUME(t.Secrets) },
      { ALT: () => this.CONSUME(t.Indexes) },
      { ALT: () => this.CONSUME(t.Variables) },
    ])
  })

  showTopics = this.RULE('showTopics', () => {
    this.OPTION(() => this.CONSUME(t.All))
    this.CONSUME(t.Topics)
    this.OPTION2(() => this.CONSUME(t.Extended))
  })

  showExtendable = this.RULE('showExtendable', () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Streams) },
      { ALT: () => this.CONSUME(t.Tables) },
      { ALT: () => this.CONSUME(t.Queries) },
    ])
    this.OPTION(() => this.CONSUME(t.Extended))
  })

  showConnectors = this.RULE('showConnectors', () => {
    this.OPTION(() => this.SUBRULE(this.connectorKind))
    this.CONSUME(t.Connectors)
  })

  showPlugins = this.RULE('showPlugins', () => {
    this.CONSUME(t.Connector)
    this.CONSUME(t.Plugins)
  })

  /** TABLES means all tables; FUNCTION is a name unless a name follows it. */
  describe = this.RULE('describe', () => {
    this.CONSUME(t.Describe)
    this.OR({
      IGNORE_AMBIGUITIES: true,
      DEF: [
        { ALT: () => this.SUBRULE(this.describeAll) },
        { GATE: () => this.isNext(2, t.Identifier), ALT: () => this.SUBRULE(this.describeFunction) },
        { ALT: () => this.SUBRULE(this.describeConnector) },
        { ALT: () => this.SUBRULE(this.describeSource) },
      ],
    })
  })

  describeAll = this.RULE('describeAll', () => {
    this.OR([{ ALT: () => this.CONSUME(t.Streams) }, { ALT: () => this.CONSUME(t.Tables) }])
    this.OPTION(() => this.CONSUME(t.Extended))
  })

  describeFunction = this.RULE('describeFunction', () => {
    this.CONSUME(t.Function_)
    this.CONSUME(t.Identifier)
  })

  describeConnector = this.RULE('describeConnector', () => {
    this.CONSUME(t.Connector)
    this.CONSUME(t.Identifier)
  })

  describeSource = this.RULE('describeSource', () => {
    this.CONSUME(t.Identifier)
    this.OPTION(() => this.CONSUME(t.Extended))
  })

  explain = this.RULE('explain', () => {
    this.CONSUME(t.Explain)
    this.OR({
      IGNORE_AMBIGUITIES: true,
      DEF: [
        { GATE: () => this.isNext(2, t.Semicolon) || this.isNext(2, EOF), ALT: () => this.CONSUME(t.Identifier) },
        {
          ALT: () => {
            this.CONSUME(t.Analyze)
            this.OR2({
              IGNORE_AMBIGUITIES: true,
              DEF: [
                {
                  GATE: () => this.isNext(2, t.Semicolon) || this.isNext(2, EOF),
                  ALT: () => this.CONSUME2(t.Identifier),
                },
                { ALT: () => this.SUBRULE(this.query) },
              ],
            })
          },
        },
        { ALT: () => this.SUBRULE(this.statement) },
      ],
    })
  })

  print = this.RULE('print', () => {
    this.CONSUME(t.Print)
    this.SUBRULE(this.nameOrString)
    this.OPTION(() => {
      this.CONSUME(t.From)
      this.CONSUME(t.Beginning)
    })
    this.OPTION2(() => {
      this.OR([{ ALT: () => this.CONSUME(t.Interval) }, { ALT: () => this.CONSUME(t.Sample) }])
      this.SUBRULE(this.number, { LABEL: 'interval' })
    })
    this.OPTION3(() => {
      this.CONSUME(t.Limit)
      this.SUBRULE2(this.number, { LABEL: 'limit' })
    })
  })

  // ---- Queries, session ----------------------------------------------------------------------------------------------------------

  terminate = this.RULE('terminate', () => {
    this.CONSUME(t.Terminate)
    this.SUBRULE(this.queryIdOrAll)
  })

  applyVersion = this.RULE('applyVersion', () => {
    this.CONSUME(t.Apply)
    this.CONSUME(t.Identifier)
  })

  rollbackVersion = this.RULE('rollbackVersion', () => {
    this.CONSUME(t.Rollback)
    this.CONSUME(t.Identifier)
  })

  pause = this.RULE('pause', () => {
    this.CONSUME(t.Pause)
    this.OR([{ ALT: () => this.SUBRULE(this.connectorName) }, { ALT: () => this.SUBRULE(this.queryIdOrAll) }])
  })

  resume = this.RULE('resume', () => {
    this.CONSUME(t.Resume)
    this.OR([{ ALT: () => this.SUBRULE(this.connectorName) }, { ALT: () => this.SUBRULE(this.queryIdOrAll) }])
  })

  connectorName = this.RULE('connectorName', () => {
    this.CONSUME(t.Connector)
    this.CONSUME(t.Identifier)
  })

  queryIdOrAll = this.RULE('queryIdOrAll', () => {
    this.OR([{ ALT: () => this.CONSUME(t.All) }, { ALT: () => this.CONSUME(t.Identifier) }])
  })

  set = this.RULE('set', () => {
    this.CONSUME(t.Set_)
    this.CONSUME(t.StringValue)
    this.CONSUME(t.Equal)
    this.CONSUME2(t.StringValue)
  })

  unset = this.RULE('unset', () => {
    this.CONSUME(t.Unset)
    this.CONSUME(t.StringValue)
  })

  define = this.RULE('define', () => {
    this.CONSUME(t.Define)
    this.CONSUME(t.Identifier)
    this.CONSUME(t.Equal)
    this.CONSUME(t.StringValue)
  })

  undefine = this.RULE('undefine', () => {
    this.CONSUME(t.Undefine)
    this.CONSUME(t.Identifier)
  })

  // ---- ASSERT, RUN SCRIPT --------------------------------------------------------------------------------------------------------

  assert = this.RULE('assert', () => {
    this.CONSUME(t.Assert)
    this.OPTION(() => {
      this.CONSUME(t.Not)
      this.CONSUME(t.Exists)
    })
    this.OR([
      { ALT: () => this.SUBRULE(this.assertTopic) },
      { ALT: () => this.SUBRULE(this.assertSchema) },
      { GATE: () => this.allowTestStatements, ALT: () => this.SUBRULE(this.assertSource) },
      { GATE: () => this.allowTestStatements, ALT: () => this.SUBRULE(this.assertValues) },
      { GATE: () => this.allowTestStatements, ALT: () => this.SUBRULE(this.assertNullValues) },
      { GATE: () => this.allowTestStatements, ALT: () => this.SUBRULE(this.assertRows) },
      { GATE: () => this.allowTestStatements, ALT: () => this.SUBRULE(this.assertError) },
    ])
  })

  assertTopic = this.RULE('assertTopic', () => {
    this.CONSUME(t.Topic)
    this.SUBRULE(this.nameOrString)
    this.OPTION(() => this.SUBRULE(this.withClause))
    this.OPTION2(() => this.SUBRULE(this.timeout))
  })

  assertSchema = this.RULE('assertSchema', () => {
    this.CONSUME(t.Schema)
    this.OPTION(() => {
      this.CONSUME(t.Subject)
      this.SUBRULE(this.nameOrString)
    })
    this.OPTION2(() => {
      this.CONSUME(t.Id)
      this.SUBRULE(this.literal)
    })
    this.OPTION3(() => this.SUBRULE(this.timeout))
  })

  timeout = this.RULE('timeout', () => {
    this.CONSUME(t.Timeout)
    this.SUBRULE(this.duration)
  })

  assertSource = this.RULE('assertSource', () => {
    this.SUBRULE(this.sourceKind)
    this.CONSUME(t.Identifier)
    this.OPTION(() => this.SUBRULE(this.columnDefinitions))
    this.OPTION2(() => this.SUBRULE(this.withClause))
  })

  assertValues = this.RULE('assertValues', () => {
    this.CONSUME(t.Values)
    this.CONSUME(t.Identifier)
    this.OPTION(() => this.SUBRULE(this.columnNames))
    this.CONSUME2(t.Values)
    this.SUBRULE(this.rowValues)
  })

  assertNullValues = this.RULE('assertNullValues', () => {
    this.CONSUME(t.Null)
    this.CONSUME(t.Values)
    this.CONSUME(t.Identifier)
    this.OPTION(() => this.SUBRULE(this.columnNames))
    this.CONSUME(t.Key)
    this.SUBRULE(this.rowValues)
  })

  assertRows = this.RULE('assertRows', () => {
    this.OPTION(() => this.CONSUME(t.No))
    this.CONSUME(t.Rows)
    this.CONSUME(t.Identifier)
    this.OPTION2(() => this.SUBRULE(this.columnNames))
    this.OPTION3(() => {
      this.CONSUME(t.Values)
      this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.rowValues) })
    })
  })

  assertError = this.RULE('assertError', () => {
    this.CONSUME(t.Error_)
    this.CONSUME(t.StringValue)
  })

  advanceTime = this.RULE('advanceTime', () => {
    this.CONSUME(t.Advance)
    this.CONSUME(t.Time)
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.By)
          this.SUBRULE(this.duration)
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.To)
          this.SUBRULE(this.value)
        },
      },
    ])
  })

  mock = this.RULE('mock', () => {
    this.CONSUME(t.Mock)
    this.CONSUME(t.Identifier)
    this.OPTION(() => this.SUBRULE(this.columnNames))
    this.OPTION2(() => {
      this.CONSUME(t.As)
      this.CONSUME(t.Values)
      this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.rowValues) })
    })
  })

  runScript = this.RULE('runScript', () => {
    this.CONSUME(t.Run)
    this.CONSUME(t.Script)
    this.CONSUME(t.StringValue)
  })
}
