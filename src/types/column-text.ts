/** Columns read back from the text that headers of answers carry. See `formatSchema` in schema.ts, which writes it. */

export interface ColumnText {
  readonly name: string
  /** SQL type, such as `MAP<STRING, INTEGER>`. */
  readonly type: string
  readonly isKey: boolean
}

/** From a text such as "`ID` INTEGER KEY, `V` STRUCT<`A` STRING, `B` DOUBLE>". */
export const readColumns = (text: string): ColumnText[] => topLevelParts(text).map(readColumn)

const KEY_MARK = /\s(?:PRIMARY )?KEY$/

function readColumn(text: string): ColumnText {
  const [, quoted, bare, rest = ''] = /^\s*(?:`((?:[^`]|``)*)`|(\S+))\s*(.*?)\s*$/s.exec(text) ?? []
  return {
    name: quoted?.replaceAll('``', '`') ?? bare ?? '',
    type: rest.replace(KEY_MARK, ''),
    isKey: KEY_MARK.test(rest),
  }
}

/** The parts between commas outside brackets and back-quotes. */
export function topLevelParts(text: string): string[] {
  const parts: string[] = ['']
  let depth = 0
  for (const [token] of text.matchAll(/`(?:[^`]|``)*`|[<>(),]|[^`<>(),]+/g)) {
    if (token === '<' || token === '(') depth++
    else if (token === '>' || token === ')') depth--
    if (token === ',' && depth === 0) parts.push('')
    else parts.push(parts.pop()! + token)
  }
  return parts.filter((part) => part.trim() !== '')
}
