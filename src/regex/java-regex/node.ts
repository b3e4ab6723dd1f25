/** A parsed regular expression. Flags are already worked into sets and assertions. */
import type { CharSet } from './char-set.ts'

export type AssertionKind =
  | 'inputStart'
  | 'inputEnd'
  /** `$` and `\Z`: the end, or before the line terminator that ends the input. */
  | 'lastLineEnd'
  | 'lineStart'
  | 'lineEnd'
  | 'wordBoundary'
  | 'notWordBoundary'
  /** `\b{g}`: between characters as readers see them. */
  | 'graphemeBoundary'
  /** `\G`: where the last match ended; where the search begins if there was none. */
  | 'lastMatchEnd'
  /** No line feed follows. */
  | 'notLineFeed'

export type RegexNode =
  /** Takes one code point. */
  | { readonly kind: 'set'; readonly set: CharSet }
  /** `\X`: takes a character as readers see it, up to many code points. */
  | { readonly kind: 'grapheme' }
  | { readonly kind: 'sequence'; readonly items: readonly RegexNode[] }
  | { readonly kind: 'choice'; readonly options: readonly RegexNode[] }
  | RepeatNode
  /** Captures; `index` counts from 1. */
  | { readonly kind: 'group'; readonly body: RegexNode; readonly index: number }
  /** Once matched, not entered again by backtracking. */
  | { readonly kind: 'atomic'; readonly body: RegexNode }
  | LookNode
  | { readonly kind: 'backreference'; readonly index: number; readonly ignoreCase: boolean }
  /** `unixLines`: only `\n` ends a line. */
  | { readonly kind: 'assertion'; readonly at: AssertionKind; readonly unixLines: boolean }

export interface RepeatNode {
  readonly kind: 'repeat'
  readonly body: RegexNode
  readonly min: number
  /** Infinity: no limit. */
  readonly max: number
  readonly lazy: boolean
}

export interface LookNode {
  readonly kind: 'look'
  readonly body: RegexNode
  readonly behind: boolean
  readonly negative: boolean
}

export interface ParsedRegex {
  readonly root: RegexNode
  readonly groupCount: number
  readonly groupNames: ReadonlyMap<string, number>
}

/** The nodes directly below. */
export function childrenOf(node: RegexNode): readonly RegexNode[] {
  switch (node.kind) {
    case 'sequence':
      return node.items
    case 'choice':
      return node.options
    case 'repeat':
    case 'group':
    case 'atomic':
    case 'look':
      return [node.body]
    default:
      return []
  }
}

export const some = (node: RegexNode, holds: (node: RegexNode) => boolean): boolean =>
  holds(node) || childrenOf(node).some((child) => some(child, holds))

/** Least and greatest number of code points that a match takes. A backreference may take any number. */
export function lengthOf(node: RegexNode): { readonly min: number; readonly max: number } {
  switch (node.kind) {
    case 'set':
      return { min: 1, max: 1 }
    case 'sequence': {
      const lengths = node.items.map(lengthOf)
      return { min: sum(lengths.map(({ min }) => min)), max: sum(lengths.map(({ max }) => max)) }
    }
    case 'choice': {
      const lengths = node.options.map(lengthOf)
      return { min: Math.min(...lengths.map(({ min }) => min)), max: Math.max(...lengths.map(({ max }) => max)) }
    }
    case 'repeat': {
      const { min, max } = lengthOf(node.body)
      return { min: min * node.min, max: max === 0 || node.max === 0 ? 0 : max * node.max }
    }
    case 'group':
    case 'atomic':
      return lengthOf(node.body)
    case 'backreference':
      return { min: 0, max: Number.POSITIVE_INFINITY }
    case 'grapheme':
      return { min: 1, max: Number.POSITIVE_INFINITY }
    default:
      return { min: 0, max: 0 }
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
