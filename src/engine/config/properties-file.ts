/** Configuration files in the format of Java's property files, in which ksqlDB is configured. Source: `java.util.Properties`. */

/** Names with their values; the last value of a name that occurs twice wins. */
export function parseProperties(text: string): Record<string, string> {
  const properties: Record<string, string> = {}
  for (const line of logicalLines(text)) {
    const match = /^((?:\\.|[^\\=:\s])+)(?:\s*[=:]\s*|\s+)?(.*)$/s.exec(line)
    if (match !== null) properties[unescaped(match[1]!)] = unescaped(match[2]!)
  }
  return properties
}

/** Lines without comments and empty ones; a line that ends in an odd number of backslashes continues on the next. */
function logicalLines(text: string): string[] {
  const lines: string[] = []
  let open: string | null = null
  for (const raw of text.split(/\r\n|\n|\r/)) {
    const line = raw.trimStart()
    if (open === null && (line === '' || line.startsWith('#') || line.startsWith('!'))) continue
    const joined: string = (open ?? '') + line
    const backslashes = /\\*$/.exec(joined)![0].length
    if (backslashes % 2 === 1) {
      open = joined.slice(0, -1)
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
