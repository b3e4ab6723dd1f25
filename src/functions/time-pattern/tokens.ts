/** A date or time pattern cut into letters, literal texts, and section brackets. */

export type Token =
  | { readonly kind: 'letters'; readonly letter: string; readonly count: number }
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'bracket'; readonly text: '[' | ']' }

/**
 * `''` is a quote, inside and outside of quotes. Throws an Error for a quote without its end, and for a character of `reserved` outside of
 * quotes.
 */
export function tokenize(pattern: string, reserved = ''): Token[] {
  const tokens: Token[] = []
  let i = 0
  while (i < pattern.length) {
    const start = i
    const character = pattern[i]!
    if (/[A-Za-z]/.test(character)) {
      while (pattern[i] === character) i++
      tokens.push({ kind: 'letters', letter: character, count: i - start })
    } else if (character === "'") {
      const { text, end } = quoted(pattern, start)
      addLiteral(tokens, text)
      i = end
    } else if (reserved.includes(character)) {
      throw new Error(`Pattern includes reserved character: '${character}'`)
    } else {
      if (character === '[' || character === ']') tokens.push({ kind: 'bracket', text: character })
      else addLiteral(tokens, character)
      i++
    }
  }
  return tokens
}

/** Literals in a row become one. */
function addLiteral(tokens: Token[], text: string): void {
  const last = tokens[tokens.length - 1]
  if (last?.kind === 'literal') tokens[tokens.length - 1] = { kind: 'literal', text: last.text + text }
  else tokens.push({ kind: 'literal', text })
}

function quoted(pattern: string, start: number): { text: string; end: number } {
  let text = ''
  for (let i = start + 1; i < pattern.length; i++) {
    if (pattern[i] !== "'") text += pattern[i]
    else if (pattern[i + 1] === "'") text += pattern[i++]
    else return { text: i === start + 1 ? "'" : text, end: i + 1 }
  }
  throw new Error(`Pattern ends with an incomplete string literal: ${pattern}`)
}
