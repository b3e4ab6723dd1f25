// What several statements share: WITH, IF [NOT] EXISTS, definitions and names of columns, rows of values.

import { QueryGrammar } from './queries.ts'
import * as t from './tokens.ts'

export class ClauseGrammar extends QueryGrammar {
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
}
