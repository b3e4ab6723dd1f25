/** JSON: an object a line, or one array of objects, told apart by the first character. */
import type { Readable } from 'node:stream'
import { JsonElements } from '../client/json-elements.ts'
import type { InputRow } from './input-row.ts'
import { textLines } from './text-lines.ts'

export async function* jsonRows(bytes: Readable): AsyncGenerator<readonly InputRow[]> {
  let array: ArrayRows | null = null
  let isStart = true
  let line = 0
  for await (const lines of textLines(bytes)) {
    if (isStart) {
      const first = lines.findIndex((text) => text.trim() !== '')
      isStart = first < 0
      if (first >= 0 && lines[first]!.trimStart().startsWith('[')) array = new ArrayRows()
    }
    const rows: InputRow[] = []
    for (const text of lines) {
      line++
      if (array !== null) rows.push(...array.take(text, line))
      else if (text.trim() !== '') rows.push({ line, text, error: null })
    }
    if (rows.length > 0) yield rows
  }
  if (array !== null && !array.isComplete) yield [{ line, text: null, error: 'the array is not closed' }]
}

/** Objects of an array, however it is broken into lines. */
class ArrayRows {
  readonly #elements = new JsonElements()
  #hasToldScalars = false

  get isComplete(): boolean {
    return this.#elements.isComplete
  }

  /** Line breaks in an object are white space between its members, as JSON has none inside strings. */
  take(text: string, line: number): InputRow[] {
    const rows = this.#elements
      .push(`${text}\n`)
      .map((element): InputRow => ({ line, text: element.replaceAll('\n', ' '), error: null }))
    if (!this.#elements.hasScalars || this.#hasToldScalars) return rows
    this.#hasToldScalars = true
    return [...rows, { line, text: null, error: 'the array has elements that are no objects' }]
  }
}
