/** Texts that match a regular expression. */

import type { CharSet } from '../regex/java-regex/char-set.ts'
import type { RegexNode } from '../regex/java-regex/node.ts'
import { parseJavaRegex } from '../regex/java-regex/parse.ts'
import { integerBetween } from './making.ts'

/** `*`, `+` and `{n,}` repeat at most this often beyond their least number. */
const MOST_REPEATS = 10
/** The printable characters of ASCII are taken from a set that holds more. */
const PRINTABLE: readonly [low: number, high: number] = [0x20, 0x7e]
const MOST_TEXT = 10_000

/** Throws an Error for an expression that is wrong or has parts, such as look-ahead, that say nothing about the text. */
export function patternText(pattern: string): (random: () => number) => string {
  const { root } = parseJavaRegex(pattern)
  const make = makerOf(root)
  return (random) => {
    const text = make(random)
    if (text.length > MOST_TEXT)
      throw new Error(`The pattern ${pattern} makes texts of more than ${MOST_TEXT} characters.`)
    return text
  }
}

type TextMaker = (random: () => number) => string

function makerOf(node: RegexNode): TextMaker {
  switch (node.kind) {
    case 'set':
      return setMaker(node.set)
    case 'sequence': {
      const makers = node.items.map(makerOf)
      return (random) => makers.map((make) => make(random)).join('')
    }
    case 'choice': {
      const makers = node.options.map(makerOf)
      return (random) => makers[integerBetween(random, 0, makers.length - 1)]!(random)
    }
    case 'repeat': {
      const make = makerOf(node.body)
      const max = Math.min(node.max, node.min + MOST_REPEATS)
      return (random) => Array.from({ length: integerBetween(random, node.min, max) }, () => make(random)).join('')
    }
    case 'group':
    case 'atomic':
      return makerOf(node.body)
    case 'assertion':
      return () => ''
    default:
      throw new Error('Texts can be made for patterns without look-around, back-references and \\X only.')
  }
}

function setMaker(set: CharSet): TextMaker {
  const [low, high] = PRINTABLE
  const ranges: number[] = []
  for (let i = 0; i < set.length; i += 2) {
    const from = Math.max(set[i]!, low)
    const to = Math.min(set[i + 1]!, high)
    if (from <= to) ranges.push(from, to)
  }
  const used = ranges.length === 0 ? set : ranges
  let total = 0
  for (let i = 0; i < used.length; i += 2) total += used[i + 1]! - used[i]! + 1
  return (random) => {
    let at = Math.floor(random() * total)
    for (let i = 0; i < used.length; i += 2) {
      const size = used[i + 1]! - used[i]! + 1
      if (at < size) return String.fromCodePoint(used[i]! + at)
      at -= size
    }
    return ''
  }
}
