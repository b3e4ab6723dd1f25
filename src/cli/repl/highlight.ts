/** Colours for SQL that is being typed. */
import type { OpenText } from '../open-text.ts'
import type { Style } from '../output/style.ts'
import { KEYWORDS } from './keywords.ts'

/** Texts, comments, quoted names, words, numbers, and a text or comment that is still open at the end. */
const PARTS =
  /'(?:[^']|'')*'?|--.*|\/\*[\s\S]*?(?:\*\/|$)|`(?:[^`]|``)*`?|"(?:[^"]|"")*"?|[A-Za-z_][\w@]*|\d+(?:\.\d+)?|[\s\S]/g

const CLOSERS: Readonly<Record<OpenText['opener'], RegExp>> = {
  "'": /^(?:[^']|'')*'?/,
  '"': /^(?:[^"]|"")*"?/,
  '`': /^(?:[^`]|``)*`?/,
  '/*': /^[\s\S]*?(?:\*\/|$)/,
}

/** `line` with colours. `opener`: what an earlier line of the statement has left open; null: nothing. */
export function highlight(line: string, style: Style, opener: OpenText['opener'] | null): string {
  const [continued] = opener === null ? [''] : CLOSERS[opener].exec(line)!
  const rest = line.slice(continued.length)
  const start = opener === '/*' ? style.dim(continued) : style.green(continued)
  return start + (rest.match(PARTS) ?? []).map((part) => coloured(part, style)).join('')
}

function coloured(part: string, style: Style): string {
  if (part.startsWith("'")) return style.green(part)
  if (part.startsWith('--') || part.startsWith('/*')) return style.dim(part)
  if (/^\d/.test(part)) return style.cyan(part)
  if (/^[A-Za-z]/.test(part) && KEYWORDS.has(part.toUpperCase())) return style.blue(part)
  return part
}
