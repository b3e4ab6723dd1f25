/** The JSON of the states of aggregates. What JSON does not know is an object with one property, named below. */
export const STATE_JSON = `
function replacer(key, value) {
  const own = this[key]
  if (typeof own === 'bigint') return { $bigint: bigintText(own) }
  if (typeof own === 'number' && (own !== own || own - own !== 0)) return { $number: NativeString(own) }
  if (typeof own !== 'object' || own === null || isArray(own)) return value
  if (own instanceof NativeMap) return { $map: entries(own) }
  if (own instanceof NativeSet) { const list = []; setForEach(own, (item) => { list[list.length] = item }); return { $set: list } }
  if (isDecimal(own)) return { $decimal: decimalToText(own) }
  const ms = own instanceof NativeDate ? dateMs(own) : undefined
  if (ms !== undefined) return { $date: ms }
  if (own instanceof NativeUint8Array) { let list = []; for (let i = 0; i < own.length; i++) list[i] = own[i]; return { $bytes: list } }
  return value
}

function reviver(key, value) {
  if (typeof value !== 'object' || value === null || isArray(value)) return value
  const keys = ownKeys(value)
  if (keys.length !== 1 || typeof keys[0] !== 'string' || keys[0][0] !== '$') return value
  const inner = value[keys[0]]
  switch (keys[0]) {
    case '$bigint': return NativeBigInt(inner)
    case '$number': return NativeNumber(inner)
    case '$map': return makeMap(inner)
    case '$set': { const set = new NativeSet(); for (let i = 0; i < inner.length; i++) setAdd(set, inner[i]); return set }
    case '$decimal': return Decimal(inner)
    case '$date': return new NativeDate(inner)
    case '$bytes': { const bytes = new NativeUint8Array(inner.length); for (let i = 0; i < inner.length; i++) bytes[i] = inner[i]; return bytes }
    default: return value
  }
}

/** Whether JSON keeps the value as it is, so that nothing need be replaced. */
function isPlain(value) {
  switch (typeof value) {
    case 'number': return value - value === 0
    case 'string':
    case 'boolean':
    case 'undefined': return true
    case 'object': break
    default: return false
  }
  if (value === null) return true
  if (isArray(value)) {
    for (let i = 0; i < value.length; i++) if (!isPlain(value[i])) return false
    return true
  }
  if (getPrototypeOf(value) !== NativeObject.prototype) return false
  for (const key in value) if (!isPlain(value[key])) return false
  return true
}

function toJson(value) { return isPlain(value) ? stringify(value) : stringify(value, replacer) }
function fromJson(text) { return indexOf(text, '"$') < 0 ? parse(text) : parse(text, reviver) }
`
