/** The header of CSV records: the names of their fields. */
import type { Column } from '../../types/schema.ts'
import { Line } from '../delimited/line.ts'

/** Reads a header as a record of CSV. Throws an Error that says what is wrong with it. */
export function parseCsvHeader(text: string, delimiter: string): string[] {
  const bytes = Buffer.from(text)
  const line = new Line(delimiter)
  const fault = line.split(bytes, 0, bytes.length)
  if (fault !== null) throw new Error(`it is no record of CSV: ${fault}`)
  const names = Array.from({ length: line.count }, (_, i) => line.text(i, bytes))
  const repeated = names.find((name, i) => names.indexOf(name) !== i)
  if (repeated !== undefined) throw new Error(`the field '${repeated}' is named twice`)
  return names
}

/** Index of the field with the column's name, exactly or in upper case; -1: there is none. Spaces around the field's name do not count. */
export function csvFieldOf(header: readonly string[], { name }: Column): number {
  const exact = header.indexOf(name)
  return exact >= 0 ? exact : header.findIndex((field) => field.trim().toUpperCase() === name)
}
