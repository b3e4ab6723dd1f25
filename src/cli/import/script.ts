/** The statements to run, as a file for `millrace cli -f`: settings before what was created under them, and marks on what needs a hand. */
import type { Remaining } from './remaining.ts'

/** `source`: where the statements come from, for the head of the file. */
export function importScript(source: string, statements: readonly Remaining[]): string {
  const refused = statements.filter(({ refusal }) => refusal !== null).length
  const head = [
    `-- ${statements.length} statements of ${source}${refused === 0 ? '.' : `, of which ${refused} are not supported.`}`,
    '-- New queries have new state: begin at the earliest records, unless results of the past are not needed.',
    "SET 'auto.offset.reset' = 'earliest';",
  ]
  const lines: string[] = [...head]
  let set: Readonly<Record<string, string>> = {}
  for (const one of statements) {
    const wanted = settings(one)
    const body = one.refusal === null ? settingLines(set, wanted) : []
    if (one.refusal === null) set = wanted
    lines.push('', ...body, ...statementLines(one))
  }
  return `${lines.join('\n')}\n`
}

/** The file has one for all. */
const FOR_ALL = new Set(['auto.offset.reset', 'ksql.streams.auto.offset.reset'])

const settings = ({ command }: Remaining): Record<string, string> =>
  Object.fromEntries(Object.entries(command.overrides).filter(([name]) => !FOR_ALL.has(name)))

function settingLines(set: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>>): string[] {
  const over = Object.keys(set).filter((name) => !(name in wanted))
  const begun = Object.entries(wanted).filter(([name, value]) => set[name] !== value)
  return [
    ...over.map((name) => `UNSET ${quoted(name)};`),
    ...begun.map(([name, value]) => `SET ${quoted(name)} = ${quoted(value)};`),
  ]
}

function statementLines({ command, refusal, query }: Remaining): string[] {
  const text = command.statement.endsWith(';') ? command.statement : `${command.statement};`
  if (refusal !== null) return [`-- NOT SUPPORTED: ${refusal}`, ...text.split('\n').map((line) => `-- ${line}`)]
  if (query === 'terminated') {
    return [
      `-- TERMINATED: the query ${command.queryId} was ended and its result kept. Run TERMINATE for the query of this statement after it.`,
      text,
    ]
  }
  if (query === 'paused')
    return [
      `-- PAUSED: the query ${command.queryId} was paused. Run PAUSE for the query of this statement after it.`,
      text,
    ]
  return [text]
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`
