/** Columns of a result, read from the `schema` of its header. See docs/http-api.md#post-query. */

export interface Column {
  readonly name: string
  /** SQL type, such as `MAP<STRING, INTEGER>`. */
  readonly type: string
  readonly isKey: boolean
}

/** From a text such as "`ID` INTEGER KEY, `V` STRUCT<`A` STRING, `B` DOUBLE>". */
export const readColumns = (schema: string): Column[] => splitTop(schema).map(readColumn)

function readColumn(text: string): Column {
  const [, quoted, bare, rest = ''] = /^\s*(?:`((?:[^`]|``)*)`|(\S+))\s*(.*?)\s*$/s.exec(text) ?? []
  return {
    name: quoted?.replaceAll('``', '`') ?? bare ?? '',
    type: rest.replace(/\s+KEY$/, ''),
    isKey: /\sKEY$/.test(rest),
  }
}

/** Cuts at the commas outside of brackets and back-quotes. */
function splitTop(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let isQuoted = false
  let start = 0
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!
    if (character === '`') isQuoted = !isQuoted
    if (isQuoted) continue
    if (character === '<' || character === '(') depth++
    if (character === '>' || character === ')') depth--
    if (character !== ',' || depth > 0) continue
    parts.push(text.slice(start, i))
    start = i + 1
  }
  const last = text.slice(start)
  return last.trim() === '' ? parts : [...parts, last]
}

export const isNumeric = ({ type }: Column): boolean => /^(?:INTEGER|INT|BIGINT|DOUBLE|DECIMAL)\b/.test(type)
