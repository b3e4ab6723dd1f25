// Statements as a whole: their list, INSERT, EXPLAIN, control of queries, the session's settings and variables. The outermost layer of the grammar.

import { EOF } from 'chevrotain'
import { TestGrammar } from './test-statements.ts'
import * as t from './tokens.ts'
import type { GrammarOptions } from './types.ts'

export class StatementGrammar extends TestGrammar {
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
}
