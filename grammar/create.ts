// CREATE.

import { ClauseGrammar } from './clauses.ts'
import * as t from './tokens.ts'

export class CreateGrammar extends ClauseGrammar {
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
}
