// Types. The innermost layer of the grammar: each further file extends the one before. One token of lookahead decides everywhere; the few
// places that need more say so by a GATE.

import { CstParser, type TokenType, tokenMatcher } from 'chevrotain'
import * as t from './tokens.ts'

/** How the grammar decides: see Chevrotain's `IParserConfig`. Validation costs more than all the rest; a test runs with it. */
export interface GrammarOptions {
  readonly validate?: boolean
}

export abstract class TypeGrammar extends CstParser {
  constructor({ validate = false }: GrammarOptions = {}) {
    super(t.VOCABULARY, {
      maxLookahead: 1,
      nodeLocationTracking: 'full',
      recoveryEnabled: false,
      skipValidations: !validate,
    })
  }

  /** Whether the token `distance` ahead (1 is the next one) is of type `type`. */
  protected isNext(distance: number, type: TokenType): boolean {
    return tokenMatcher(this.LA(distance), type)
  }

  type = this.RULE('type', () => {
    this.OR({
      IGNORE_AMBIGUITIES: true,
      DEF: [
        { GATE: () => this.isNext(2, t.Less), ALT: () => this.SUBRULE(this.arrayType) },
        { GATE: () => this.isNext(2, t.Less), ALT: () => this.SUBRULE(this.mapType) },
        { GATE: () => this.isNext(2, t.Less) || this.isNext(2, t.NotEqual), ALT: () => this.SUBRULE(this.structType) },
        { ALT: () => this.SUBRULE(this.decimalType) },
        { ALT: () => this.SUBRULE(this.namedType) },
      ],
    })
    this.MANY(() => this.CONSUME(t.Array_))
  })

  arrayType = this.RULE('arrayType', () => {
    this.CONSUME(t.Array_)
    this.CONSUME(t.Less)
    this.SUBRULE(this.type)
    this.CONSUME(t.Greater)
  })

  mapType = this.RULE('mapType', () => {
    this.CONSUME(t.Map_)
    this.CONSUME(t.Less)
    this.SUBRULE(this.type, { LABEL: 'key' })
    this.CONSUME(t.Comma)
    this.SUBRULE2(this.type, { LABEL: 'value' })
    this.CONSUME(t.Greater)
  })

  /** The lexer reads the brackets of an empty one as a single mark. */
  structType = this.RULE('structType', () => {
    this.CONSUME(t.Struct)
    this.OR([
      { ALT: () => this.CONSUME(t.NotEqual) },
      {
        ALT: () => {
          this.CONSUME(t.Less)
          this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.structTypeField) })
          this.CONSUME(t.Greater)
        },
      },
    ])
  })

  structTypeField = this.RULE('structTypeField', () => {
    this.CONSUME(t.Identifier)
    this.SUBRULE(this.type)
  })

  decimalType = this.RULE('decimalType', () => {
    this.CONSUME(t.Decimal)
    this.CONSUME(t.LeftParenthesis)
    this.CONSUME(t.IntegerValue, { LABEL: 'precision' })
    this.CONSUME(t.Comma)
    this.CONSUME2(t.IntegerValue, { LABEL: 'scale' })
    this.CONSUME(t.RightParenthesis)
  })

  /** A basic or a custom type. The parameters of VARCHAR(10) have no effect. */
  namedType = this.RULE('namedType', () => {
    this.CONSUME(t.Identifier)
    this.OPTION(() => {
      this.CONSUME(t.LeftParenthesis)
      this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.typeParameter) })
      this.CONSUME(t.RightParenthesis)
    })
  })

  typeParameter = this.RULE('typeParameter', () => {
    this.OR([{ ALT: () => this.CONSUME(t.String_) }, { ALT: () => this.CONSUME(t.IntegerValue) }])
  })
}
