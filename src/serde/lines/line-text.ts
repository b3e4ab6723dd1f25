/** Lines as the formats of lines read them: without the line break at their end. */
import type { ReadError } from '../format.ts'

/** Why a line could not be read. */
export const lineError = (format: string, cause: string): ReadError => ({
  message: `Error deserializing ${format}`,
  causes: [cause],
})

const CR = 0x0d
const LF = 0x0a

/** The end of `bytes[start, end)` without the line break there. */
export function lineEnd(bytes: Buffer, start: number, end: number): number {
  if (end === start || bytes[end - 1] !== LF) return end
  return end - 1 > start && bytes[end - 2] === CR ? end - 2 : end - 1
}
