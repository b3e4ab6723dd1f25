/** JSON documents in STRING columns: reading once per record, paths, numbers as plain text. */
import { messageOf } from '../../errors.ts'
import { formatJsonValue, JsonNumber, type JsonValue, parseFirstJsonValue } from '../../types/json-parse.ts'

let lastText: string | null = null
let lastDocument: JsonValue | undefined

/**
 * The document of a text, undefined for an empty one. The last one is kept, since queries take several fields of the same column.
 * Throws an Error `Invalid JSON format:...`.
 */
export function parseDocument(text: string): JsonValue | undefined {
  if (text === lastText) return lastDocument
  try {
    lastDocument = parseFirstJsonValue(text)
  } catch (error) {
    const reason = messageOf(error)
    throw new Error(`Invalid JSON format:${text} (${reason})`, { cause: error })
  }
  lastText = text
  return lastDocument
}

export const isObject = (value: JsonValue | undefined): value is ReadonlyMap<string, JsonValue> => value instanceof Map
export const isArray = (value: JsonValue | undefined): value is readonly JsonValue[] => Array.isArray(value)

/** Compact JSON text with numbers written out: 1e2 as 100. */
export const documentText = (value: JsonValue): string => formatJsonValue(withPlainNumbers(value))

/** As `documentText`, but a text without its quotes. */
export const nodeText = (value: JsonValue): string => (typeof value === 'string' ? value : documentText(value))

function withPlainNumbers(value: JsonValue): JsonValue {
  if (value instanceof JsonNumber) return /[eE]|^-0/.test(value.text) ? new JsonNumber(plainNumber(value.text)) : value
  if (isArray(value)) return value.map(withPlainNumbers)
  if (!isObject(value)) return value
  return new Map(Array.from(value, ([name, member]) => [name, withPlainNumbers(member)]))
}

/** More digits than that are refused: a short number could fill the memory. Source: Jackson's limit for plain decimals. */
const MAX_EXPONENT = 9999

/** Java's BigDecimal.toPlainString. */
function plainNumber(text: string): string {
  const [, sign, whole, fraction = '', exponentText = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text)!
  const exponent = Number(exponentText)
  if (Math.abs(exponent) > MAX_EXPONENT) throw new Error(`The number ${text} has too many digits.`)
  const digits = `${whole}${fraction}`.replace(/^0+(?=.)/, '')
  const scale = fraction.length - exponent
  const minus = digits === '0' || /^0+$/.test(digits) ? '' : sign
  if (scale <= 0) return `${minus}${digits === '0' ? '0' : digits + '0'.repeat(-scale)}`
  const padded = digits.padStart(scale + 1, '0')
  return `${minus}${padded.slice(0, -scale)}.${padded.slice(-scale)}`
}

type Path = readonly string[]
const CACHE_SIZE = 500
const paths = new Map<string, Path>()

/** `$`, then `.name`, `[0]` or `["quoted"]` in any number. Throws an Error `Invalid JSON path: '...'`. */
export function compilePath(text: string): Path {
  const known = paths.get(text)
  if (known !== undefined) return known
  const path = parsePath(text)
  if (paths.size >= CACHE_SIZE) paths.delete(paths.keys().next().value!)
  paths.set(text, path)
  return path
}

function parsePath(text: string): Path {
  const step = /\.([\p{L}\p{Nd}_:@]+)|\[(\d+)\]|\["((?:[^"\\]|\\["\\])*)"\]/uy
  const steps: string[] = []
  let at = text.startsWith('$') ? 1 : -1
  while (at !== text.length) {
    step.lastIndex = at
    const match = at === -1 ? null : step.exec(text)
    if (match === null) throw new Error(`Invalid JSON path: '${text}'`)
    steps.push(match[1] ?? match[2] ?? match[3]!.replace(/\\(.)/g, '$1'))
    at = step.lastIndex
  }
  return steps
}

/** The node at a path; undefined if there is none. */
export function nodeAt(document: JsonValue | undefined, path: Path): JsonValue | undefined {
  let node = document
  for (const step of path) {
    if (isObject(node)) node = node.get(step)
    else if (isArray(node) && /^\d+$/.test(step)) node = node[Number(step)]
    else return undefined
  }
  return node
}
