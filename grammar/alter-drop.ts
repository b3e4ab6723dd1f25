// ALTER and DROP.

import { CreateGrammar } from './create.ts'
import * as t from './tokens.ts'

export class AlterDropGrammar extends CreateGrammar {
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
}
