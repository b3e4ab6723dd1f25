/** Colours of the dialect in the editor, by the words of the grammar. */
import { HighlightStyle, StreamLanguage, syntaxHighlighting } from '@codemirror/language'
import { tags } from '@lezer/highlight'
import type { TokenType } from 'chevrotain'
import { isKeyword, isReserved, VOCABULARY } from '../../../grammar/tokens.ts'

const wordsOf = (tokens: readonly TokenType[]) => new Set(tokens.map((token) => token.LABEL?.slice(1, -1) ?? ''))
/** Others of the language's words may be names of columns too: in lower case they are taken for such. */
const RESERVED = wordsOf(VOCABULARY.filter((token) => isKeyword(token) && isReserved(token)))
const KEYWORDS = wordsOf(VOCABULARY.filter(isKeyword))
const TYPES = new Set(
  'BOOLEAN INT INTEGER BIGINT DOUBLE DECIMAL STRING VARCHAR BYTES DATE TIME TIMESTAMP ARRAY MAP STRUCT'.split(' '),
)

interface LexerState {
  isInComment: boolean
}

const language = StreamLanguage.define<LexerState>({
  name: 'ksql',
  languageData: {
    commentTokens: { line: '--', block: { open: '/*', close: '*/' } },
    closeBrackets: { brackets: ['(', '[', "'", '`'] },
  },
  startState: () => ({ isInComment: false }),
  token(stream, state) {
    if (state.isInComment || stream.match('/*')) {
      state.isInComment = !stream.match(/^.*?\*\//)
      if (state.isInComment) stream.skipToEnd()
      return 'comment'
    }
    if (stream.match(/^--.*/)) return 'comment'
    if (stream.match(/^'(?:[^']|'')*'?/)) return 'string'
    if (stream.match(/^`[^`]*`?/)) return 'variableName'
    if (stream.match(/^\$\{\w+\}/)) return 'special'
    if (stream.match(/^\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/)) return 'number'
    const word = stream.match(/^\w+/)
    if (word !== null && word !== true && word !== false) {
      const upper = word[0].toUpperCase()
      if (TYPES.has(upper)) return 'typeName'
      if (RESERVED.has(upper) || (KEYWORDS.has(upper) && word[0] === upper)) return 'keyword'
      return stream.peek() === '(' ? 'function' : 'variableName'
    }
    stream.next()
    return null
  },
  tokenTable: { function: tags.function(tags.variableName), special: tags.special(tags.variableName) },
})

const style = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--code-keyword)', fontWeight: '600' },
  { tag: tags.typeName, color: 'var(--code-type)' },
  { tag: tags.string, color: 'var(--code-string)' },
  { tag: tags.number, color: 'var(--code-number)' },
  { tag: tags.comment, color: 'var(--text-faint)', fontStyle: 'italic' },
  { tag: tags.function(tags.variableName), color: 'var(--code-function)' },
  { tag: tags.special(tags.variableName), color: 'var(--code-number)' },
])

export const sqlLanguage = [language, syntaxHighlighting(style)]
