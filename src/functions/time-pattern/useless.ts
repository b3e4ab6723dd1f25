/** Patterns that compile, but cannot read the times that their letters suggest: `YYYY-MM-DD hh:mm`. */
import { type Token, tokenize } from './tokens.ts'

/** Throws an Error, with the pattern that was probably meant, for the day of a year next to a month: it fits in January alone. */
export function refuseUselessPattern(pattern: string): void {
  const tokens = tokenize(pattern)
  if (has(tokens, 'D') && has(tokens, 'ML') && !has(tokens, 'd')) refuse(pattern, tokens)
}

/** Throws an Error, with the pattern that was probably meant, for the year of a week without a week: it is read and not used. */
export function refuseUnusedYear(pattern: string): void {
  const tokens = tokenize(pattern)
  if (has(tokens, 'Y') && !has(tokens, 'yuw')) refuse(pattern, tokens)
}

const has = (tokens: readonly Token[], letters: string): boolean =>
  tokens.some((token) => token.kind === 'letters' && letters.includes(token.letter))

function refuse(pattern: string, tokens: readonly Token[]): never {
  const slips = [
    { letter: 'Y', meant: 'y', is: 'the year of a week' },
    { letter: 'D', meant: 'd', is: 'the day of the year' },
    { letter: 'h', meant: 'H', is: 'the hour of a half day, which needs a for AM or PM' },
  ].filter(({ letter }) => has(tokens, letter) && (letter !== 'h' || !has(tokens, 'a')))
  const meanings = slips.map(({ letter, is }) => `${runOf(tokens, letter)} is ${is}`)
  const meant = tokens.map((token) => write(token, new Map(slips.map((slip) => [slip.letter, slip.meant]))))
  throw new Error(
    `'${pattern}' cannot read a date: ${meanings.join(', ')}. For years, months and days write '${meant.join('')}'.`,
  )
}

/** The letters as the pattern has them: `YYYY`. */
function runOf(tokens: readonly Token[], letter: string): string {
  const token = tokens.find((candidate) => candidate.kind === 'letters' && candidate.letter === letter)
  return token?.kind === 'letters' ? letter.repeat(token.count) : letter
}

function write(token: Token, meant: ReadonlyMap<string, string>): string {
  if (token.kind === 'letters') {
    const letter = meant.get(token.letter) ?? token.letter
    return letter.repeat(letter === 'd' ? Math.min(token.count, 2) : token.count)
  }
  if (token.kind === 'bracket' || !/[A-Za-z'{}#[\]]/.test(token.text)) return token.text
  return `'${token.text.replaceAll("'", "''")}'`
}
