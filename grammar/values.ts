// Values: operators that give no truth value, literals, constructors, function calls. Loosest operator first.

import { type CstNode, EOF, type ParserMethod, type TokenType } from 'chevrotain'
import { OverGrammar } from './over.ts'
import * as t from './tokens.ts'

export abstract class ValueGrammar extends OverGrammar {
  /** The grammar of expressions fills it in: conditions and values hold each other. */
  protected abstract readonly expression: ParserMethod<[], CstNode>

  /** `||` binds loosest of the operators on values. */
  value = this.RULE('value', () => {
    this.SUBRULE(this.sum, { LABEL: 'operand' })
    this.MANY(() => {
      this.CONSUME(t.ConcatMark)
      this.SUBRULE2(this.sum, { LABEL: 'operand' })
    })
  })

  sum = this.RULE('sum', () => {
    this.SUBRULE(this.product, { LABEL: 'operand' })
    this.MANY(() => {
      this.OR([
        { ALT: () => this.CONSUME(t.Plus, { LABEL: 'operator' }) },
        { ALT: () => this.CONSUME(t.Minus, { LABEL: 'operator' }) },
      ])
      this.SUBRULE2(this.product, { LABEL: 'operand' })
    })
  })

  product = this.RULE('product', () => {
    this.SUBRULE(this.signed, { LABEL: 'operand' })
    this.MANY(() => {
      this.OR([
        { ALT: () => this.CONSUME(t.Asterisk, { LABEL: 'operator' }) },
        { ALT: () => this.CONSUME(t.Slash, { LABEL: 'operator' }) },
        { ALT: () => this.CONSUME(t.Percent, { LABEL: 'operator' }) },
      ])
      this.SUBRULE2(this.signed, { LABEL: 'operand' })
    })
  })

  /** A minus right before digits belongs to the literal, so that the smallest BIGINT can be written. */
  signed = this.RULE('signed', () => {
    this.MANY({
      GATE: () => !(this.isNext(1, t.Minus) && this.isNumberAt(2)),
      DEF: () =>
        this.OR([
          { ALT: () => this.CONSUME(t.Plus, { LABEL: 'sign' }) },
          { ALT: () => this.CONSUME(t.Minus, { LABEL: 'sign' }) },
        ]),
    })
    this.SUBRULE(this.access)
    this.OPTION(() => {
      this.CONSUME(t.At)
      this.CONSUME(t.Time)
      this.CONSUME(t.Zone)
      this.CONSUME(t.StringValue)
    })
  })

  private isNumberAt(distance: number): boolean {
    return (
      this.isNext(distance, t.IntegerValue) ||
      this.isNext(distance, t.DecimalValue) ||
      this.isNext(distance, t.FloatValue)
    )
  }

  /** `base->*` ends before its arrow: it belongs to the select item. */
  access = this.RULE('access', () => {
    this.SUBRULE(this.primary)
    this.MANY({
      GATE: () => !this.isNext(2, t.Asterisk),
      DEF: () =>
        this.OR([
          { ALT: () => this.SUBRULE(this.subscript, { LABEL: 'step' }) },
          { ALT: () => this.SUBRULE(this.dereference, { LABEL: 'step' }) },
        ]),
    })
  })

  subscript = this.RULE('subscript', () => {
    this.CONSUME(t.LeftBracket)
    this.SUBRULE(this.value)
    this.CONSUME(t.RightBracket)
  })

  dereference = this.RULE('dereference', () => {
    this.CONSUME(t.FieldArrow)
    this.CONSUME(t.Identifier)
  })

  /** MAP, ARRAY and STRUCT are names too, unless their brackets follow. */
  primary = this.RULE('primary', () => {
    this.OR({
      IGNORE_AMBIGUITIES: true,
      DEF: [
        { ALT: () => this.SUBRULE(this.literal) },
        { ALT: () => this.SUBRULE(this.decimalLiteral) },
        { ALT: () => this.SUBRULE(this.caseExpression) },
        { ALT: () => this.SUBRULE(this.cast) },
        { GATE: () => this.isNext(2, t.LeftBracket), ALT: () => this.SUBRULE(this.arrayConstructor) },
        { GATE: () => this.isNext(2, t.LeftParenthesis), ALT: () => this.SUBRULE(this.mapConstructor) },
        { GATE: () => this.isNext(2, t.LeftParenthesis), ALT: () => this.SUBRULE(this.structConstructor) },
        { GATE: () => this.isNext(2, t.LeftParenthesis), ALT: () => this.SUBRULE(this.functionCall) },
        { ALT: () => this.SUBRULE(this.columnReference) },
        { GATE: () => this.isSubquery(), ALT: () => this.SUBRULE(this.subquery) },
        { ALT: () => this.SUBRULE(this.exists) },
        { ALT: () => this.SUBRULE(this.parenthesized) },
      ],
    })
  })

  exists = this.RULE('exists', () => {
    this.CONSUME(t.Exists)
    this.SUBRULE(this.subquery)
  })

  parenthesized = this.RULE('parenthesized', () => {
    this.CONSUME(t.LeftParenthesis)
    this.SUBRULE(this.expression)
    this.CONSUME(t.RightParenthesis)
  })

  literal = this.RULE('literal', () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Null) },
      { ALT: () => this.CONSUME(t.True) },
      { ALT: () => this.CONSUME(t.False) },
      { ALT: () => this.CONSUME(t.StringValue) },
      { ALT: () => this.SUBRULE(this.number) },
    ])
  })

  number = this.RULE('number', () => {
    this.OPTION(() => this.CONSUME(t.Minus))
    this.OR([
      { ALT: () => this.CONSUME(t.IntegerValue) },
      { ALT: () => this.CONSUME(t.DecimalValue) },
      { ALT: () => this.CONSUME(t.FloatValue) },
    ])
  })

  /** The only literal that names its type. */
  decimalLiteral = this.RULE('decimalLiteral', () => {
    this.CONSUME(t.Decimal)
    this.CONSUME(t.StringValue)
  })

  caseExpression = this.RULE('caseExpression', () => {
    this.CONSUME(t.Case)
    this.OPTION(() => this.SUBRULE(this.value, { LABEL: 'operand' }))
    this.AT_LEAST_ONE(() => this.SUBRULE(this.whenClause))
    this.OPTION2(() => {
      this.CONSUME(t.Else)
      this.SUBRULE(this.expression, { LABEL: 'otherwise' })
    })
    this.CONSUME(t.End)
  })

  whenClause = this.RULE('whenClause', () => {
    this.CONSUME(t.When)
    this.SUBRULE(this.expression, { LABEL: 'condition' })
    this.CONSUME(t.Then)
    this.SUBRULE2(this.expression, { LABEL: 'result' })
  })

  cast = this.RULE('cast', () => {
    this.CONSUME(t.Cast)
    this.CONSUME(t.LeftParenthesis)
    this.SUBRULE(this.expression)
    this.CONSUME(t.As)
    this.SUBRULE(this.type)
    this.CONSUME(t.RightParenthesis)
  })

  arrayConstructor = this.RULE('arrayConstructor', () => {
    this.CONSUME(t.Array_)
    this.CONSUME(t.LeftBracket)
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.expression) })
    this.CONSUME(t.RightBracket)
  })

  mapConstructor = this.RULE('mapConstructor', () => {
    this.CONSUME(t.Map_)
    this.CONSUME(t.LeftParenthesis)
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.mapEntry) })
    this.CONSUME(t.RightParenthesis)
  })

  mapEntry = this.RULE('mapEntry', () => {
    this.SUBRULE(this.expression, { LABEL: 'key' })
    this.CONSUME(t.Assign)
    this.SUBRULE2(this.expression, { LABEL: 'value' })
  })

  structConstructor = this.RULE('structConstructor', () => {
    this.CONSUME(t.Struct)
    this.CONSUME(t.LeftParenthesis)
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.structField) })
    this.CONSUME(t.RightParenthesis)
  })

  structField = this.RULE('structField', () => {
    this.CONSUME(t.Identifier)
    this.CONSUME(t.Assign)
    this.SUBRULE(this.expression)
  })

  columnReference = this.RULE('columnReference', () => {
    this.CONSUME(t.Identifier, { LABEL: 'name' })
    this.OPTION(() => {
      this.CONSUME(t.Dot)
      this.CONSUME2(t.Identifier, { LABEL: 'name' })
    })
  })

  functionCall = this.RULE('functionCall', () => {
    this.CONSUME(t.Identifier)
    this.CONSUME(t.LeftParenthesis)
    this.OR([
      { ALT: () => this.CONSUME(t.Asterisk) },
      {
        ALT: () => {
          this.OPTION(() => this.CONSUME(t.Distinct))
          this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.argument) })
        },
      },
    ])
    this.CONSUME(t.RightParenthesis)
    this.OPTION2({
      GATE: () => this.isNext(2, t.LeftParenthesis) && this.isNext(3, t.Where),
      DEF: () => this.SUBRULE(this.aggregateFilter),
    })
    this.OPTION3({ GATE: () => this.isNext(2, t.LeftParenthesis), DEF: () => this.SUBRULE(this.over) })
  })

  aggregateFilter = this.RULE('aggregateFilter', () => {
    this.CONSUME(t.Filter)
    this.CONSUME(t.LeftParenthesis)
    this.CONSUME(t.Where)
    this.SUBRULE(this.expression)
    this.CONSUME(t.RightParenthesis)
  })

  argument = this.RULE('argument', () => {
    this.OR({
      IGNORE_AMBIGUITIES: true,
      DEF: [
        { GATE: () => this.isLambda(), ALT: () => this.SUBRULE(this.lambda) },
        { ALT: () => this.SUBRULE(this.intervalUnit) },
        { ALT: () => this.SUBRULE(this.expression) },
      ],
    })
  })

  /** The words that cannot be column names; DAY, HOUR, MINUTE and SECOND can, and are recognized by the function they are passed to. */
  intervalUnit = this.RULE('intervalUnit', () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Days, { LABEL: 'unit' }) },
      { ALT: () => this.CONSUME(t.Hours, { LABEL: 'unit' }) },
      { ALT: () => this.CONSUME(t.Minutes, { LABEL: 'unit' }) },
      { ALT: () => this.CONSUME(t.Seconds, { LABEL: 'unit' }) },
      { ALT: () => this.CONSUME(t.Milliseconds, { LABEL: 'unit' }) },
      { ALT: () => this.CONSUME(t.Millisecond, { LABEL: 'unit' }) },
    ])
  })

  lambda = this.RULE('lambda', () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Identifier) },
      {
        ALT: () => {
          this.CONSUME(t.LeftParenthesis)
          this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.CONSUME2(t.Identifier) })
          this.CONSUME(t.RightParenthesis)
        },
      },
    ])
    this.CONSUME(t.LambdaArrow)
    this.SUBRULE(this.expression)
  })

  /** `x =>` or `(x, y, …) =>`: as many tokens as it takes. */
  private isLambda(): boolean {
    if (this.isNext(1, t.Identifier)) return this.isNext(2, t.LambdaArrow)
    let distance = 2
    while (this.isNext(distance, t.Identifier) && this.isNext(distance + 1, t.Comma)) distance += 2
    return (
      this.isNext(distance, t.Identifier) &&
      this.isNext(distance + 1, t.RightParenthesis) &&
      this.isNext(distance + 2, t.LambdaArrow)
    )
  }

  /** Whether a parenthesis opens here that holds a query. Where the query begins with parentheses, what follows them tells it. */
  protected isSubquery(): boolean {
    let distance = 1
    while (this.isNext(distance, t.LeftParenthesis)) distance++
    if (distance === 1 || !(this.isNext(distance, t.Select) || this.isNext(distance, t.With))) return false
    return distance === 2 || QUERY_OPERATORS.has(this.LA(this.afterParenthesis(2)).tokenType)
  }

  /** The distance of the token behind the parenthesis that opens at `distance`. */
  private afterParenthesis(start: number): number {
    let depth = 0
    let distance = start
    do {
      if (this.isNext(distance, t.LeftParenthesis)) depth++
      if (this.isNext(distance, t.RightParenthesis)) depth--
      distance++
    } while (depth > 0 && !this.isNext(distance, EOF))
    return distance
  }

  /** The grammar of queries fills it in: expressions and queries hold each other. */
  protected abstract readonly subquery: ParserMethod<[], CstNode>
}

/** What continues a query that stands in parentheses. */
const QUERY_OPERATORS = new Set<TokenType>([t.Union, t.Intersect, t.Except, t.Order, t.Limit, t.Offset, t.Emit])
