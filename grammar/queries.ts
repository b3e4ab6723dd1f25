// SELECT: its items, sources, joins and clauses.

import { type IToken, type TokenType, tokenMatcher } from 'chevrotain'
import * as t from './tokens.ts'
import { WindowGrammar } from './windows.ts'

export class QueryGrammar extends WindowGrammar {
  /** A query expression: SELECTs, combined and put in order. The clauses behind them hold for the whole. */
  query = this.RULE('query', () => {
    this.OPTION(() => this.SUBRULE(this.commonTables))
    this.SUBRULE(this.union)
    this.OPTION2({
      GATE: () => this.isNext(2, t.By),
      DEF: () => {
        this.CONSUME(t.Order)
        this.CONSUME(t.By)
        this.SUBRULE(this.sortItems)
      },
    })
    this.OPTION3({
      GATE: () => this.isNext(2, t.Ttl),
      DEF: () => this.SUBRULE(this.stateTtl),
    })
    this.OPTION4(() => {
      this.CONSUME(t.Emit)
      this.OR([{ ALT: () => this.CONSUME(t.Changes) }, { ALT: () => this.SUBRULE(this.emitFinal) }])
    })
    this.OPTION5(() => {
      this.CONSUME(t.Limit)
      this.SUBRULE(this.number, { LABEL: 'limit' })
    })
    this.OPTION6(() => {
      this.CONSUME(t.Offset)
      this.SUBRULE2(this.number, { LABEL: 'offset' })
    })
  })

  /** The time after which a window without new records is closed all the same. */
  emitFinal = this.RULE('emitFinal', () => {
    this.CONSUME(t.Final)
    this.OPTION(() => {
      this.CONSUME(t.Timeout)
      this.SUBRULE(this.duration)
    })
  })

  commonTables = this.RULE('commonTables', () => {
    this.CONSUME(t.With)
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.commonTable) })
  })

  commonTable = this.RULE('commonTable', () => {
    this.CONSUME(t.Identifier)
    this.OPTION(() => {
      this.CONSUME(t.LeftParenthesis)
      this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.CONSUME2(t.Identifier, { LABEL: 'column' }) })
      this.CONSUME(t.RightParenthesis)
    })
    this.CONSUME(t.As)
    this.SUBRULE(this.subquery)
  })

  /** UNION and EXCEPT from left to right; INTERSECT binds closer. */
  union = this.RULE('union', () => {
    this.SUBRULE(this.intersection, { LABEL: 'operand' })
    this.MANY(() => {
      this.OR([
        { ALT: () => this.CONSUME(t.Union, { LABEL: 'operator' }) },
        { ALT: () => this.CONSUME(t.Except, { LABEL: 'operator' }) },
      ])
      this.SUBRULE(this.setQuantifier)
      this.SUBRULE2(this.intersection, { LABEL: 'operand' })
    })
  })

  intersection = this.RULE('intersection', () => {
    this.SUBRULE(this.queryTerm, { LABEL: 'operand' })
    this.MANY(() => {
      this.CONSUME(t.Intersect, { LABEL: 'operator' })
      this.SUBRULE(this.setQuantifier)
      this.SUBRULE2(this.queryTerm, { LABEL: 'operand' })
    })
  })

  setQuantifier = this.RULE('setQuantifier', () => {
    this.OPTION(() => this.OR([{ ALT: () => this.CONSUME(t.All) }, { ALT: () => this.CONSUME(t.Distinct) }]))
  })

  queryTerm = this.RULE('queryTerm', () => {
    this.OR([{ ALT: () => this.SUBRULE(this.select) }, { ALT: () => this.SUBRULE(this.subquery) }])
  })

  subquery = this.RULE('subquery', () => {
    this.CONSUME(t.LeftParenthesis)
    this.SUBRULE(this.query)
    this.CONSUME(t.RightParenthesis)
  })

  select = this.RULE('select', () => {
    this.CONSUME(t.Select)
    this.OPTION(() => this.OR([{ ALT: () => this.CONSUME(t.Distinct) }, { ALT: () => this.CONSUME(t.All) }]))
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.selectItem) })
    this.CONSUME(t.From)
    this.SUBRULE(this.relation)
    this.OPTION2(() => {
      this.CONSUME(t.Window)
      this.SUBRULE(this.windowClause)
    })
    this.OPTION3(() => {
      this.CONSUME(t.Where)
      this.SUBRULE(this.expression, { LABEL: 'where' })
    })
    this.OPTION4(() => {
      this.CONSUME(t.Group)
      this.CONSUME(t.By)
      this.SUBRULE(this.grouping, { LABEL: 'groupBy' })
    })
    this.OPTION5(() => {
      this.CONSUME(t.Partition)
      this.CONSUME2(t.By)
      this.SUBRULE2(this.grouping, { LABEL: 'partitionBy' })
    })
    this.OPTION6(() => {
      this.CONSUME(t.Having)
      this.SUBRULE2(this.expression, { LABEL: 'having' })
    })
    this.OPTION7(() => {
      this.CONSUME(t.Qualify)
      this.SUBRULE3(this.expression, { LABEL: 'qualify' })
    })
  })

  // ---- Select items --------------------------------------------------------------------------------------------------------------

  selectItem = this.RULE('selectItem', () => {
    this.OR({
      IGNORE_AMBIGUITIES: true,
      DEF: [
        { ALT: () => this.CONSUME(t.Asterisk) },
        {
          GATE: () => this.isNext(2, t.Dot) && this.isNext(3, t.Asterisk),
          ALT: () => {
            this.CONSUME(t.Identifier, { LABEL: 'qualifier' })
            this.CONSUME(t.Dot)
            this.CONSUME2(t.Asterisk)
          },
        },
        {
          ALT: () => {
            this.SUBRULE(this.expression)
            this.OPTION(() =>
              this.OR2([{ ALT: () => this.SUBRULE(this.structAll) }, { ALT: () => this.SUBRULE(this.alias) }]),
            )
          },
        },
      ],
    })
  })

  structAll = this.RULE('structAll', () => {
    this.CONSUME(t.FieldArrow)
    this.CONSUME(t.Asterisk)
  })

  alias = this.RULE('alias', () => {
    this.OPTION(() => this.CONSUME(t.As))
    this.CONSUME(t.Identifier)
  })

  // ---- Sources -------------------------------------------------------------------------------------------------------------------

  relation = this.RULE('relation', () => {
    this.SUBRULE(this.source)
    this.MANY(() => this.SUBRULE(this.join))
  })

  source = this.RULE('source', () => {
    this.OR([{ ALT: () => this.CONSUME(t.Identifier) }, { ALT: () => this.SUBRULE(this.subquery) }])
    this.OPTION({ GATE: () => !this.isClause(), DEF: () => this.SUBRULE(this.alias) })
  })

  /** Whether the next word begins a clause: words such as EMIT are names everywhere else. */
  private isClause(): boolean {
    const [word, next] = [this.LA(1).tokenType, this.LA(2).tokenType]
    if (word === t.Qualify) return isOperand(this.LA(2)) && !this.isClauseWord(next, this.LA(3).tokenType)
    return this.isClauseWord(word, next)
  }

  private isClauseWord(word: TokenType, next: TokenType): boolean {
    return CLAUSE_WORDS.get(word)?.includes(next) ?? false
  }

  join = this.RULE('join', () => {
    this.OPTION4(() => this.CONSUME(t.Asof))
    this.OPTION(() =>
      this.OR([
        { ALT: () => this.CONSUME(t.Inner) },
        {
          ALT: () => {
            this.OR2([
              { ALT: () => this.CONSUME(t.Left) },
              { ALT: () => this.CONSUME(t.Right) },
              { ALT: () => this.CONSUME(t.Full) },
            ])
            this.OPTION2(() => this.CONSUME(t.Outer))
          },
        },
      ]),
    )
    this.CONSUME(t.Join)
    this.SUBRULE(this.source)
    this.OPTION3(() => this.OR3([{ ALT: () => this.SUBRULE(this.within) }, { ALT: () => this.SUBRULE(this.stateTtl) }]))
    this.CONSUME(t.On)
    this.SUBRULE(this.expression)
  })

  /** How long state is kept, in event time, after it was read or changed last. */
  stateTtl = this.RULE('stateTtl', () => {
    this.CONSUME(t.State)
    this.CONSUME(t.Ttl)
    this.SUBRULE(this.duration)
  })

  /** One duration holds on both sides; two are how far before and how far after. */
  within = this.RULE('within', () => {
    this.CONSUME(t.Within)
    this.OR([
      { ALT: () => this.SUBRULE(this.duration) },
      {
        ALT: () => {
          this.CONSUME(t.LeftParenthesis)
          this.SUBRULE2(this.duration)
          this.CONSUME(t.Comma)
          this.SUBRULE3(this.duration)
          this.CONSUME(t.RightParenthesis)
        },
      },
    ])
    this.OPTION(() => this.SUBRULE(this.grace))
  })

  // ---- GROUP BY, PARTITION BY ----------------------------------------------------------------------------------------------------

  grouping = this.RULE('grouping', () => {
    this.OR({
      IGNORE_AMBIGUITIES: true,
      DEF: [
        {
          GATE: () => this.isParenthesizedList(),
          ALT: () => {
            this.CONSUME(t.LeftParenthesis)
            this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.value) })
            this.CONSUME(t.RightParenthesis)
          },
        },
        { ALT: () => this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.groupingElement) }) },
      ],
    })
  })

  /** ROLLUP (...) and CUBE (...) read like calls. */
  groupingElement = this.RULE('groupingElement', () => {
    this.OR({
      IGNORE_AMBIGUITIES: true,
      DEF: [
        {
          GATE: () => this.isNext(2, t.Sets),
          ALT: () => {
            this.CONSUME(t.Grouping_)
            this.CONSUME(t.Sets)
            this.CONSUME(t.LeftParenthesis)
            this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.groupingSet) })
            this.CONSUME(t.RightParenthesis)
          },
        },
        { ALT: () => this.SUBRULE(this.value) },
      ],
    })
  })

  groupingSet = this.RULE('groupingSet', () => {
    this.OR({
      IGNORE_AMBIGUITIES: true,
      DEF: [
        {
          ALT: () => {
            this.CONSUME(t.LeftParenthesis)
            this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.value) })
            this.CONSUME(t.RightParenthesis)
          },
        },
        { ALT: () => this.SUBRULE(this.groupingElement) },
      ],
    })
  })
}

/** Words that are names, but begin a clause where one of these follows. */
const CLAUSE_WORDS: ReadonlyMap<TokenType, readonly TokenType[]> = new Map([
  [t.Emit, [t.Changes, t.Final]],
  [t.Partition, [t.By]],
  [t.Order, [t.By]],
  [t.Offset, [t.IntegerValue]],
  [t.State, [t.Ttl]],
  [t.Asof, [t.Join, t.Left, t.Inner]],
  [t.Union, [t.Select, t.All, t.Distinct, t.LeftParenthesis]],
  [t.Except, [t.Select, t.All, t.Distinct, t.LeftParenthesis]],
  [t.Intersect, [t.Select, t.All, t.Distinct, t.LeftParenthesis]],
])

/** Whether a token can begin an expression. */
const isOperand = (token: IToken): boolean => OPERANDS.some((type) => tokenMatcher(token, type))

const OPERANDS: readonly TokenType[] = [
  t.Identifier,
  t.LeftParenthesis,
  t.Not,
  t.Exists,
  t.Case,
  t.Cast,
  t.Null,
  t.True,
  t.False,
  t.Minus,
  t.Plus,
  t.IntegerValue,
  t.DecimalValue,
  t.FloatValue,
  t.StringValue,
]
