/** How Java reads text as numbers: what is trimmed, and which digits count. */

/** Java's String.trim: drops everything up to U+0020 at both ends, and no other white space. */
export function trim(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && text.charCodeAt(start) <= 0x20) start++
  while (end > start && text.charCodeAt(end - 1) <= 0x20) end--
  return start === 0 && end === text.length ? text : text.slice(start, end)
}

const OTHER_DIGIT = /[^\0-\x7f]/
const DIGIT = /^\p{Nd}$/u

/** The text with the digits of other scripts (`١٢`, `１２`) as `0` to `9`, as java.lang.Character.digit takes them; only in the basic plane. */
export function withAsciiDigits(text: string): string {
  if (!OTHER_DIGIT.test(text)) return text
  return text.replace(/[^\0-\x7f]/g, (character) =>
    DIGIT.test(character) ? digitOf(character.charCodeAt(0)) : character,
  )
}

/** Unicode keeps the ten digits of a script together, in order; several scripts may follow each other. */
function digitOf(unit: number): string {
  let first = unit
  while (DIGIT.test(String.fromCharCode(first - 1))) first--
  return String((unit - first) % 10)
}
