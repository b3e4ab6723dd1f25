/** Statement texts as answers and errors may show them: values that can be secret are masked. Source: conformance of error bodies. */
import { LeftParenthesis, tokenize, Values } from '../../grammar/tokens.ts'
import type { CreateConnector, InsertValues, Statement } from '../sql/ast.ts'
import { formatName } from '../sql/format.ts'

/** With its semicolon. */
export function shownText(statement: Statement): string {
  switch (statement.kind) {
    case 'insertValues':
      return `${maskedValues(statement)};`
    case 'createConnector':
      return `${maskedConnector(statement)};`
    default:
      return `${statement.text};`
  }
}

/** Everything behind VALUES ( is replaced, so that nothing of a value can show. */
function maskedValues({ text, values }: InsertValues): string {
  const { tokens } = tokenize(text)
  const open = tokens.findIndex(
    ({ tokenType }, i) => tokenType === LeftParenthesis && tokens[i - 1]?.tokenType === Values,
  )
  const start = open < 0 ? 0 : tokens[open]!.startOffset + 1
  return `${text.slice(0, start)}${values.map(() => "'[value]'").join(', ')})`
}

function maskedConnector({ connectorKind, name, ifNotExists, properties }: CreateConnector): string {
  const masked = properties.map((property) => `"${property.name}"='[string]'`).join(', ')
  return `CREATE ${connectorKind} CONNECTOR ${ifNotExists ? 'IF NOT EXISTS ' : ''}${formatName(name)} WITH (${masked})`
}
