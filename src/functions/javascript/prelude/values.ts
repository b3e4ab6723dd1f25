/** Helpers with which values cross between the host and a function, and with which what was thrown or exported is read. */
export const VALUES = String.raw`
/** One line on what was thrown, with the line of the body. */
function describe(error) {
  try {
    if (!(error instanceof NativeError)) return slice('threw ' + (typeof error === 'string' ? error : shown(error)), 0, 500)
    const at = exec(/body\.js:(\d+)/, typeof error.stack === 'string' ? error.stack : '')
    const where = at === null ? '' : ' (line ' + at[1] + ')'
    return slice(NativeString(error.name) + ': ' + NativeString(error.message), 0, 500) + where
  } catch (other) {
    return 'threw a value that has no text'
  }
}

/** The functions that a module exports: of a scalar or table function one, of an aggregate its parts. */
function pick(kind, exported) {
  if (kind === 'AGGREGATE') {
    const source = exported.default !== undefined ? exported.default : exported
    const parts = []
    for (const name of aggregateParts) {
      const part = source[name]
      if (part !== undefined && typeof part !== 'function') throw new NativeTypeError(name + ' is not a function')
      parts.push(part)
    }
    return parts
  }
  if (typeof exported.default === 'function') return [exported.default]
  const functions = []
  for (const key of ownKeys(exported)) if (typeof exported[key] === 'function') functions.push(exported[key])
  if (functions.length === 1) return functions
  throw new NativeTypeError('a module exports its function: export default function ...')
}

const makeDecimal = (unscaled, scale) => new DecimalValue(unscaled, scale)
const decimalText = (value) =>
  isDecimal(value) ? decimalToText(value) : typeof value === 'bigint' ? bigintText(value) : undefined

/** The unscaled value of a Decimal at a scale. */
const unscaledAt = (value, scale) => (isDecimal(value) ? rescaled(value, scale) : undefined)
const dateMs = (value) => { try { return getTime(value) } catch (error) { return undefined } }

function makeMap(flat) {
  const map = new NativeMap()
  for (let i = 0; i < flat.length; i += 2) mapSet(map, flat[i], flat[i + 1])
  return map
}

/** Keys and values in turns, of a Map or of an object; undefined of anything else. */
function entries(value) {
  const flat = []
  if (value instanceof NativeMap) {
    mapForEach(value, (item, key) => { flat[flat.length] = key; flat[flat.length] = item })
    return flat
  }
  if (typeof value !== 'object' || value === null || isArray(value)) return undefined
  for (const key of ownKeys(value)) {
    if (typeof key === 'string') { flat[flat.length] = key; flat[flat.length] = value[key] }
  }
  return flat
}

/** The rows that a table function gives, as an array. */
function collect(rows, limit) {
  if (rows === undefined || rows === null) return []
  if (typeof rows !== 'object' || typeof rows[iterator] !== 'function') {
    throw new NativeTypeError('a table function yields rows, or returns an array of them')
  }
  const list = []
  let count = 0
  for (const row of rows) {
    if (count === limit) throw new NativeRangeError('more than ' + limit + ' rows for one record')
    list[count++] = row
  }
  return list
}
`
