/** Lines of CSV as JSON objects by a header. Source: RFC 4180, but a value has no line break in it, as lines are what is read. */
import { parse } from 'csv-parse/sync'

/** The fields of one line; null: it is not well-formed. */
export function csvFields(line: string, delimiter: string): string[] | null {
  if (!line.includes('"')) return line.split(delimiter)
  try {
    const rows = parse(line, { delimiter, relax_column_count: true }) as string[][]
    return rows[0] ?? []
  } catch {
    return null
  }
}

/** A JSON object of texts; an empty field is NULL. Null: the line is not well-formed, or has more fields than the header. */
export function csvObject(names: readonly string[], line: string, delimiter: string): string | null {
  const fields = csvFields(line, delimiter)
  if (fields === null || fields.length > names.length) return null
  const members = names.map((name, i) => {
    const field = fields[i] ?? ''
    return `${JSON.stringify(name)}:${field === '' ? 'null' : JSON.stringify(field)}`
  })
  return `{${members.join(',')}}`
}
