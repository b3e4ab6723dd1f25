/** Configuration files in the format of Java's property files, in which ksqlDB is configured. Source: `java.util.Properties`. */

/** A property and the line of the file on which it begins, counted from 1. */
export interface PropertyLine {
  readonly name: string
  readonly value: string
  readonly line: number
}

/** The properties in the order of the file; of a name that occurs twice the last value counts. */
export function parseProperties(text: string): PropertyLine[] {
  return logicalLines(text).flatMap(({ text: content, line }) => {
    const match = /^((?:\\.|[^\\=:\s])+)(?:\s*[=:]\s*|\s+)?(.*)$/s.exec(content)
    return match === null ? [] : [{ name: unescaped(match[1]!), value: unescaped(match[2]!), line }]
  })
}

interface LogicalLine {
  readonly text: string
  readonly line: number
}

/** Lines without comments and empty ones; a line that ends in an odd number of backslashes continues on the next. */
function logicalLines(text: string): LogicalLine[] {
  const lines: LogicalLine[] = []
  let open: LogicalLine | null = null
  for (const [index, raw] of text.split(/\r\n|\n|\r/).entries()) {
    const content = raw.trimStart()
    if (open === null && (content === '' || content.startsWith('#') || content.startsWith('!'))) continue
    const joined: LogicalLine = { text: (open?.text ?? '') + content, line: open?.line ?? index + 1 }
    const backslashes = /\\*$/.exec(joined.text)![0].length
    if (backslashes % 2 === 1) {
      open = { ...joined, text: joined.text.slice(0, -1) }
    } else {
      lines.push(joined)
      open = null
    }
  }
  return open === null ? lines : [...lines, open]
}

const ESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' }

const unescaped = (text: string): string =>
  text.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/gs, (_all, code: string | undefined, character: string) =>
    code === undefined ? (ESCAPES[character] ?? character) : String.fromCharCode(Number.parseInt(code, 16)),
  )
