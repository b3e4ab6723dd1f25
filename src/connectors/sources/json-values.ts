/** Divides texts with several JSON values, one after the other, with or without white space between them. */

const OPEN = new Set(['{', '['])
const CLOSE = new Set(['}', ']'])

/** The texts of the objects; null: there is something else, or an object has no end. Each text still has to be parsed. */
export function objectTexts(text: string): string[] | null {
  const objects: string[] = []
  for (let at = skipSpace(text, 0); at < text.length; ) {
    const end = objectEnd(text, at)
    if (end < 0) return null
    objects.push(text.slice(at, end))
    at = skipSpace(text, end)
  }
  return objects
}

function skipSpace(text: string, from: number): number {
  let at = from
  while (at < text.length && text.charCodeAt(at) <= 0x20) at++
  return at
}

/** -1: there is no object, or it has no end. */
function objectEnd(text: string, start: number): number {
  if (text[start] !== '{') return -1
  let depth = 0
  for (let at = start; at < text.length; at++) {
    const char = text[at]!
    if (char === '"') {
      at = stringEnd(text, at)
      if (at < 0) return -1
    } else if (OPEN.has(char)) depth++
    else if (CLOSE.has(char) && --depth === 0) return at + 1
  }
  return -1
}

/** Index of the quote that ends the string which begins at `start`; -1: none. */
function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const char = text.charCodeAt(at)
    if (char === 0x5c) at++
    else if (char === 0x22) return at
  }
  return -1
}

/** Whether the text is one JSON object. */
export function isJsonObject(text: string): boolean {
  try {
    const value = JSON.parse(text) as unknown
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}
