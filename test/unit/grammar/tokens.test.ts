import { describe, expect, it } from 'vitest'
import { isReservedWord, RESERVED_WORDS, tokenize } from '../../../grammar/tokens.ts'

const names = (text: string) => tokenize(text).tokens.map((token) => token.tokenType.name)
const images = (text: string) => tokenize(text).tokens.map((token) => token.image)

describe('tokenize', () => {
  it('takes keywords in any case, and longer words that begin with one as names', () => {
    expect(names('select SELECT Select selected')).toEqual(['Select', 'Select', 'Select', 'BareIdentifier'])
  })

  it('tells the kinds of numbers apart', () => {
    expect(names('1 1.5 .5 5. 1e3 1.5E-3 2x 1e3x')).toEqual([
      'IntegerValue',
      'DecimalValue',
      'DecimalValue',
      'DecimalValue',
      'FloatValue',
      'FloatValue',
      'DigitIdentifier',
      'DigitIdentifier',
    ])
  })

  it('keeps doubled quotes inside their token', () => {
    expect(images(`'it''s' "a""b" \`c\`\`d\``)).toEqual(["'it''s'", '"a""b"', '`c``d`'])
  })

  it('passes over comments, also those that hold quotes and semicolons', () => {
    expect(images("a -- it's; \n b /* ' ; \n */ c")).toEqual(['a', 'b', 'c'])
  })

  it('counts lines and columns from 1, over line breaks inside strings', () => {
    const last = tokenize("'a\nb' c").tokens[1]!
    expect([last.startLine, last.startColumn, last.startOffset]).toEqual([2, 4, 6])
  })

  it('gives odd characters and unclosed quotes as tokens of their own', () => {
    expect(names("a ? 'b")).toEqual(['BareIdentifier', 'Unrecognized', 'Unrecognized', 'BareIdentifier'])
  })

  it('knows reserved words in any case', () => {
    expect(isReservedWord('size')).toBe(true)
    expect(isReservedWord('KEY')).toBe(false)
    expect(RESERVED_WORDS).toContain('MATERIALIZED')
  })
})
