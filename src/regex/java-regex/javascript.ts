/** Writes a parsed expression as a JavaScript one that matches the same text and captures the same groups, where there is one. */
import type { CharSet } from './char-set.ts'
import { childrenOf, lengthOf, type RegexNode, some } from './node.ts'

/** Null: JavaScript would treat this expression differently. */
export function toJavaScript(root: RegexNode): RegExp | null {
  return isPortable(root, { inRepeat: false }) ? new RegExp(write(root), 'gu') : null
}

/**
 * What stays out: atomic groups, grapheme clusters, the end of the last match, backreferences (an unset group matches there), captures
 * behind looks that JavaScript matches backwards or forgets, optional parts that may be empty, and captures that JavaScript forgets from one round of a loop to the next.
 */
function isPortable(node: RegexNode, context: { inRepeat: boolean }): boolean {
  switch (node.kind) {
    case 'atomic':
    case 'backreference':
    case 'grapheme':
      return false
    case 'assertion':
      return node.at !== 'graphemeBoundary' && node.at !== 'lastMatchEnd'
    case 'look':
      return (node.behind || node.negative) && some(node.body, ({ kind }) => kind === 'group')
        ? false
        : isPortable(node.body, context)
    case 'repeat': {
      if (node.max > node.min && lengthOf(node.body).min === 0) return false
      if (node.max > 1000 && node.max !== Number.POSITIVE_INFINITY) return false
      const isOptional = node.min === 0 && node.max > 0
      if (context.inRepeat && isOptional && captures(node.body)) return false
      return isPortable(node.body, { inRepeat: context.inRepeat || node.max > 1 })
    }
    case 'choice':
      if (context.inRepeat && captures(node)) return false
      return node.options.every((option) => isPortable(option, context))
    default:
      return childrenOf(node).every((child) => isPortable(child, context))
  }
}

const captures = (node: RegexNode): boolean => some(node, ({ kind }) => kind === 'group')

function write(node: RegexNode): string {
  switch (node.kind) {
    case 'set':
      return writeSet(node.set)
    case 'sequence':
      return node.items.map((item) => (item.kind === 'choice' ? `(?:${write(item)})` : write(item))).join('')
    case 'choice':
      return node.options.map(write).join('|')
    case 'repeat':
      return `${writeAtom(node.body)}${writeRange(node.min, node.max)}${node.lazy ? '?' : ''}`
    case 'group':
      return `(${write(node.body)})`
    case 'look':
      return `(?${node.behind ? '<' : ''}${node.negative ? '!' : '='}${write(node.body)})`
    case 'assertion':
      return writeAssertion(node)
    default:
      throw new Error(`${node.kind} has no JavaScript form`)
  }
}

const writeAtom = (node: RegexNode): string =>
  node.kind === 'set' || node.kind === 'group' ? write(node) : `(?:${write(node)})`

function writeRange(min: number, max: number): string {
  if (max === Number.POSITIVE_INFINITY) return min === 0 ? '*' : min === 1 ? '+' : `{${min},}`
  return min === 0 && max === 1 ? '?' : `{${min},${max}}`
}

function writeSet(set: CharSet): string {
  if (set.length === 0) return '[]'
  const ranges: string[] = []
  for (let i = 0; i < set.length; i += 2) {
    ranges.push(set[i] === set[i + 1] ? writePoint(set[i]!) : `${writePoint(set[i]!)}-${writePoint(set[i + 1]!)}`)
  }
  return set.length === 2 && set[0] === set[1] ? ranges[0]! : `[${ranges.join('')}]`
}

const writePoint = (point: number): string => {
  const character = String.fromCodePoint(point)
  return /^[A-Za-z0-9 ]$/.test(character) ? character : `\\u{${point.toString(16)}}`
}

const ANY_TERMINATOR = '\\r\\n|(?<!\\r)\\n|[\\r\\x85\\u2028\\u2029]'

function writeAssertion({ at, unixLines }: Extract<RegexNode, { kind: 'assertion' }>): string {
  switch (at) {
    case 'inputStart':
      return '^'
    case 'inputEnd':
      return '$'
    case 'lastLineEnd':
      return unixLines ? '(?=\\n?$)' : `(?=(?:${ANY_TERMINATOR})?$)`
    case 'lineStart':
      return unixLines ? '(?:^|(?<=\\n))(?!$)' : '(?:^|(?<=\\n|\\r(?!\\n)|[\\x85\\u2028\\u2029]))(?!$)'
    case 'lineEnd':
      return unixLines ? '(?=\\n|$)' : `(?=${ANY_TERMINATOR}|$)`
    case 'wordBoundary':
      return '\\b'
    case 'notWordBoundary':
      return '\\B'
    case 'notLineFeed':
      return '(?!\\n)'
    default:
      throw new Error(`${at} has no JavaScript form`)
  }
}
