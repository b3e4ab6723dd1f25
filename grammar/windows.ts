// WINDOW: kinds of windows, their sizes, grace and retention; durations.

import type { TokenType } from 'chevrotain'
import { ExpressionGrammar } from './expressions.ts'
import * as t from './tokens.ts'

export abstract class WindowGrammar extends ExpressionGrammar {
  windowClause = this.RULE('windowClause', () => {
    this.OPTION({
      GATE: () => WINDOW_KINDS.some((kind) => this.isNext(2, kind)),
      DEF: () => this.CONSUME(t.Identifier),
    })
    this.OR([
      { ALT: () => this.SUBRULE(this.tumbling) },
      { ALT: () => this.SUBRULE(this.hopping) },
      { ALT: () => this.SUBRULE(this.cumulate) },
      { ALT: () => this.SUBRULE(this.session) },
    ])
  })

  tumbling = this.RULE('tumbling', () => {
    this.CONSUME(t.Tumbling)
    this.CONSUME(t.LeftParenthesis)
    this.CONSUME(t.Size)
    this.SUBRULE(this.duration, { LABEL: 'size' })
    this.SUBRULE(this.windowOptions)
    this.CONSUME(t.RightParenthesis)
  })

  hopping = this.RULE('hopping', () => {
    this.CONSUME(t.Hopping)
    this.CONSUME(t.LeftParenthesis)
    this.CONSUME(t.Size)
    this.SUBRULE(this.duration, { LABEL: 'size' })
    this.CONSUME(t.Comma)
    this.CONSUME(t.Advance)
    this.CONSUME(t.By)
    this.SUBRULE2(this.duration, { LABEL: 'advance' })
    this.SUBRULE(this.windowOptions)
    this.CONSUME(t.RightParenthesis)
  })

  cumulate = this.RULE('cumulate', () => {
    this.CONSUME(t.Cumulate)
    this.CONSUME(t.LeftParenthesis)
    this.CONSUME(t.Size)
    this.SUBRULE(this.duration, { LABEL: 'size' })
    this.CONSUME(t.Comma)
    this.CONSUME(t.Step)
    this.SUBRULE2(this.duration, { LABEL: 'step' })
    this.SUBRULE(this.windowOptions)
    this.CONSUME(t.RightParenthesis)
  })

  session = this.RULE('session', () => {
    this.CONSUME(t.Session)
    this.CONSUME(t.LeftParenthesis)
    this.SUBRULE(this.duration, { LABEL: 'gap' })
    this.SUBRULE(this.windowOptions)
    this.CONSUME(t.RightParenthesis)
  })

  windowOptions = this.RULE('windowOptions', () => {
    this.OPTION({
      GATE: () => this.isNext(2, t.Retention),
      DEF: () => {
        this.CONSUME(t.Comma)
        this.CONSUME(t.Retention)
        this.SUBRULE(this.duration, { LABEL: 'retention' })
      },
    })
    this.OPTION2({
      GATE: () => !this.isNext(2, t.Processing),
      DEF: () => {
        this.CONSUME2(t.Comma)
        this.SUBRULE(this.grace)
      },
    })
    this.OPTION3(() => {
      this.CONSUME3(t.Comma)
      this.CONSUME(t.Processing)
      this.CONSUME(t.Time)
    })
  })

  grace = this.RULE('grace', () => {
    this.CONSUME(t.Grace)
    this.CONSUME(t.Period)
    this.SUBRULE(this.duration)
  })

  duration = this.RULE('duration', () => {
    this.CONSUME(t.IntegerValue)
    this.SUBRULE(this.timeUnit)
  })
}

const WINDOW_KINDS: readonly TokenType[] = [t.Tumbling, t.Hopping, t.Cumulate, t.Session]
