// SELECT: its items, sources, joins, windows and clauses.

import { ExpressionGrammar } from './expressions.ts'
import * as t from './tokens.ts'

export class QueryGrammar extends ExpressionGrammar {
  query = this.RULE('query', () => {
    this.CONSUME(t.Select)
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.selectItem) })
    this.CONSUME(t.From)
    this.SUBRULE(this.relation)
    this.OPTION(() => {
      this.CONSUME(t.Window)
      this.SUBRULE(this.windowClause)
    })
    this.OPTION2(() => {
      this.CONSUME(t.Where)
      this.SUBRULE(this.expression, { LABEL: 'where' })
    })
    this.OPTION3(() => {
      this.CONSUME(t.Group)
      this.CONSUME(t.By)
      this.SUBRULE(this.grouping, { LABEL: 'groupBy' })
    })
    this.OPTION4(() => {
      this.CONSUME(t.Partition)
      this.CONSUME2(t.By)
      this.SUBRULE2(this.grouping, { LABEL: 'partitionBy' })
    })
    this.OPTION5(() => {
      this.CONSUME(t.Having)
      this.SUBRULE2(this.expression, { LABEL: 'having' })
    })
    this.OPTION6(() => {
      this.CONSUME(t.Emit)
      this.OR([{ ALT: () => this.CONSUME(t.Changes) }, { ALT: () => this.CONSUME(t.Final) }])
    })
    this.OPTION7(() => {
      this.CONSUME(t.Limit)
      this.SUBRULE(this.number, { LABEL: 'limit' })
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

  /** EMIT and PARTITION are names, but not where they begin a clause. */
  source = this.RULE('source', () => {
    this.CONSUME(t.Identifier)
    this.OPTION({
      GATE: () =>
        !(this.isNext(1, t.Emit) && (this.isNext(2, t.Changes) || this.isNext(2, t.Final))) &&
        !(this.isNext(1, t.Partition) && this.isNext(2, t.By)),
      DEF: () => this.SUBRULE(this.alias),
    })
  })

  join = this.RULE('join', () => {
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
    this.OPTION3(() => this.SUBRULE(this.within))
    this.CONSUME(t.On)
    this.SUBRULE(this.expression)
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

  // ---- Windows -------------------------------------------------------------------------------------------------------------------

  windowClause = this.RULE('windowClause', () => {
    this.OPTION({
      GATE: () => this.isNext(2, t.Tumbling) || this.isNext(2, t.Hopping) || this.isNext(2, t.Session),
      DEF: () => this.CONSUME(t.Identifier),
    })
    this.OR([
      { ALT: () => this.SUBRULE(this.tumbling) },
      { ALT: () => this.SUBRULE(this.hopping) },
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
    this.OPTION2(() => {
      this.CONSUME2(t.Comma)
      this.SUBRULE(this.grace)
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

  timeUnit = this.RULE('timeUnit', () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Day, { LABEL: 'unit' }) },
      { ALT: () => this.CONSUME(t.Days, { LABEL: 'unit' }) },
      { ALT: () => this.CONSUME(t.Hour, { LABEL: 'unit' }) },
      { ALT: () => this.CONSUME(t.Hours, { LABEL: 'unit' }) },
      { ALT: () => this.CONSUME(t.Minute, { LABEL: 'unit' }) },
      { ALT: () => this.CONSUME(t.Minutes, { LABEL: 'unit' }) },
      { ALT: () => this.CONSUME(t.Second, { LABEL: 'unit' }) },
      { ALT: () => this.CONSUME(t.Seconds, { LABEL: 'unit' }) },
      { ALT: () => this.CONSUME(t.Millisecond, { LABEL: 'unit' }) },
      { ALT: () => this.CONSUME(t.Milliseconds, { LABEL: 'unit' }) },
    ])
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
        { ALT: () => this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE2(this.value) }) },
      ],
    })
  })
}
