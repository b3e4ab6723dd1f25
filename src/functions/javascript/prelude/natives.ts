/** What the prelude itself uses of the language, taken before the body of a function can change anything. */
export const NATIVES = `
const { defineProperty, freeze, getOwnPropertyDescriptor, getPrototypeOf } = Object
const { ownKeys, apply, construct } = Reflect
const uncurry = (method) => (self, ...args) => apply(method, self, args)
const mapSet = uncurry(Map.prototype.set)
const mapForEach = uncurry(Map.prototype.forEach)
const setForEach = uncurry(Set.prototype.forEach)
const slice = uncurry(String.prototype.slice)
const indexOf = uncurry(String.prototype.indexOf)
const padStart = uncurry(String.prototype.padStart)
const getTime = uncurry(Date.prototype.getTime)
const bigintText = uncurry(BigInt.prototype.toString)
const isArray = Array.isArray
const NativeDate = Date, NativeError = Error, NativeMap = Map, NativeSet = Set
const NativeString = String, NativeBigInt = BigInt, NativeNumber = Number, NativeTypeError = TypeError, NativeRangeError = RangeError
const NativeUint8Array = Uint8Array, NativeObject = Object
const { stringify, parse } = JSON
const iterator = Symbol.iterator
const { hostLog, hostRandom } = globalThis
`
