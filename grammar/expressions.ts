// Expressions: OR, AND, NOT, comparisons and predicates. Loosest operator first.

import { EOF } from 'chevrotain'
import * as t from './tokens.ts'
import { ValueGrammar } from './values.ts'

export abstract class ExpressionGrammar extends ValueGrammar {
  expression = this.RULE('expression', () => {
    this.SUBRULE(this.conjunction, { LABEL: 'operand' })
    this.MANY(() => {
      this.CONSUME(t.Or)
      this.SUBRULE2(this.conjunction, { LABEL: 'operand' })
    })
  })

  conjunction = this.RULE('conjunction', () => {
    this.SUBRULE(this.negation, { LABEL: 'operand' })
    this.MANY(() => {
      this.CONSUME(t.And)
      this.SUBRULE2(this.negation, { LABEL: 'operand' })
    })
  })

  negation = this.RULE('negation', () => {
    this.MANY(() => this.CONSUME(t.Not))
    this.SUBRULE(this.predicate)
  })

  /** At most one test: `a = b = c` needs parentheses. */
  predicate = this.RULE('predicate', () => {
    this.SUBRULE(this.value, { LABEL: 'operand' })
    this.OPTION(() =>
      this.OR([
        { ALT: () => this.SUBRULE(this.comparison) },
        { ALT: () => this.SUBRULE(this.isTest) },
        {
          ALT: () => {
            this.OPTION2(() => this.CONSUME(t.Not))
            this.OR2([
              { ALT: () => this.SUBRULE(this.between) },
              { ALT: () => this.SUBRULE(this.inList) },
              { ALT: () => this.SUBRULE(this.like) },
            ])
          },
        },
      ]),
    )
  })

  comparison = this.RULE('comparison', () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Equal, { LABEL: 'operator' }) },
      { ALT: () => this.CONSUME(t.NotEqual, { LABEL: 'operator' }) },
      { ALT: () => this.CONSUME(t.LessOrEqual, { LABEL: 'operator' }) },
      { ALT: () => this.CONSUME(t.GreaterOrEqual, { LABEL: 'operator' }) },
      { ALT: () => this.CONSUME(t.Less, { LABEL: 'operator' }) },
      { ALT: () => this.CONSUME(t.Greater, { LABEL: 'operator' }) },
    ])
    this.SUBRULE(this.value)
  })

  isTest = this.RULE('isTest', () => {
    this.CONSUME(t.Is)
    this.OPTION(() => this.CONSUME(t.Not))
    this.OR([
      { ALT: () => this.CONSUME(t.Null) },
      {
        ALT: () => {
          this.CONSUME(t.Distinct)
          this.CONSUME(t.From)
          this.SUBRULE(this.value)
        },
      },
    ])
  })

  between = this.RULE('between', () => {
    this.CONSUME(t.Between)
    this.SUBRULE(this.value, { LABEL: 'low' })
    this.CONSUME(t.And)
    this.SUBRULE2(this.value, { LABEL: 'high' })
  })

  inList = this.RULE('inList', () => {
    this.CONSUME(t.In)
    this.OR({
      IGNORE_AMBIGUITIES: true,
      DEF: [
        { GATE: () => this.isSubquery(), ALT: () => this.SUBRULE(this.subquery) },
        {
          ALT: () => {
            this.CONSUME(t.LeftParenthesis)
            this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.expression) })
            this.CONSUME(t.RightParenthesis)
          },
        },
      ],
    })
  })

  like = this.RULE('like', () => {
    this.CONSUME(t.Like)
    this.SUBRULE(this.value)
    this.OPTION(() => {
      this.CONSUME(t.Escape)
      this.CONSUME(t.StringValue)
    })
  })

  /** Whether a parenthesis opens here that holds nothing or a list, and so is no expression. Reads up to the one that closes it. */
  protected isParenthesizedList(): boolean {
    if (!this.isNext(1, t.LeftParenthesis)) return false
    if (this.isNext(2, t.RightParenthesis)) return true
    let depth = 1
    for (let distance = 2; !this.isNext(distance, EOF) && depth > 0; distance++) {
      if (this.isNext(distance, t.LeftParenthesis) || this.isNext(distance, t.LeftBracket)) depth++
      if (this.isNext(distance, t.RightParenthesis) || this.isNext(distance, t.RightBracket)) depth--
      if (depth === 1 && this.isNext(distance, t.Comma)) return true
    }
    return false
  }
}
