// ASSERT, and the statements that only test scripts have.

import { InspectionGrammar } from './inspection.ts'
import * as t from './tokens.ts'

export class TestGrammar extends InspectionGrammar {
  /** Whether to accept what only test scripts and the CLI may say: assertions on records, RUN SCRIPT. Set before each parse. */
  allowTestStatements = true

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
