// OVER: partitions, order and frames of window functions.

import type { CstNode, ParserMethod } from 'chevrotain'
import * as t from './tokens.ts'
import { TypeGrammar } from './types.ts'

export abstract class OverGrammar extends TypeGrammar {
  /** The grammar of values fills it in: windows and values hold each other. */
  protected abstract readonly value: ParserMethod<[], CstNode>

  over = this.RULE('over', () => {
    this.CONSUME(t.Over)
    this.CONSUME(t.LeftParenthesis)
    this.OPTION(() => {
      this.CONSUME(t.Partition)
      this.CONSUME(t.By)
      this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.value, { LABEL: 'partitionBy' }) })
    })
    this.OPTION2(() => {
      this.CONSUME(t.Order)
      this.CONSUME2(t.By)
      this.SUBRULE(this.sortItems)
    })
    this.OPTION3(() => this.SUBRULE(this.frame))
    this.CONSUME(t.RightParenthesis)
  })

  sortItems = this.RULE('sortItems', () => {
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.sortItem) })
  })

  sortItem = this.RULE('sortItem', () => {
    this.SUBRULE(this.value)
    this.OPTION(() => this.OR([{ ALT: () => this.CONSUME(t.Asc) }, { ALT: () => this.CONSUME(t.Desc) }]))
    this.OPTION2(() => {
      this.CONSUME(t.Nulls)
      this.OR2([{ ALT: () => this.CONSUME(t.First) }, { ALT: () => this.CONSUME(t.Last) }])
    })
  })

  /** A frame with one bound ends at the current row. */
  frame = this.RULE('frame', () => {
    this.OR([{ ALT: () => this.CONSUME(t.Rows) }, { ALT: () => this.CONSUME(t.Range) }])
    this.OR2([
      {
        ALT: () => {
          this.CONSUME(t.Between)
          this.SUBRULE(this.frameBound)
          this.CONSUME(t.And)
          this.SUBRULE2(this.frameBound)
        },
      },
      { ALT: () => this.SUBRULE3(this.frameBound) },
    ])
  })

  frameBound = this.RULE('frameBound', () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Current)
          this.CONSUME(t.Row_)
        },
      },
      {
        ALT: () => {
          this.OR2([{ ALT: () => this.CONSUME(t.Unbounded) }, { ALT: () => this.SUBRULE(this.frameOffset) }])
          this.OR3([{ ALT: () => this.CONSUME(t.Preceding) }, { ALT: () => this.CONSUME(t.Following) }])
        },
      },
    ])
  })

  /** A number of rows, or a range of event time. */
  frameOffset = this.RULE('frameOffset', () => {
    this.CONSUME(t.IntegerValue)
    this.OPTION(() => this.SUBRULE(this.timeUnit))
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
}
