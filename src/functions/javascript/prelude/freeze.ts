/** Freezes the language, so that a call cannot change what the next one sees. Objects that inherit may still have properties of the frozen names. */
export const FREEZE = `
function overridable(prototype) {
  for (const key of ownKeys(prototype)) {
    const property = getOwnPropertyDescriptor(prototype, key)
    if (!('value' in property) || !property.configurable || key === 'prototype') continue
    const { value } = property
    defineProperty(prototype, key, {
      get: () => value,
      set(other) {
        if (this === prototype) throw new NativeTypeError('The language itself cannot be changed')
        defineProperty(this, key, { value: other, writable: true, enumerable: true, configurable: true })
      },
      enumerable: false,
      configurable: false,
    })
  }
}
for (const key of ownKeys(globalThis)) {
  const value = globalThis[key]
  if (typeof value === 'function' && (value === NativeError || getPrototypeOf(value) === NativeError)) overridable(value.prototype)
}
overridable(NativeObject.prototype)

const frozen = new NativeSet()
const setHas = uncurry(NativeSet.prototype.has), setAdd = uncurry(NativeSet.prototype.add)
function deepFreeze(value) {
  const pending = [value]
  while (pending.length > 0) {
    const next = pending.pop()
    if ((typeof next !== 'object' && typeof next !== 'function') || next === null || setHas(frozen, next)) continue
    setAdd(frozen, next)
    freeze(next)
    pending.push(getPrototypeOf(next))
    for (const key of ownKeys(next)) {
      const property = getOwnPropertyDescriptor(next, key)
      pending.push(property.value, property.get, property.set)
    }
  }
}
for (const root of [
  function* () {}, async function () {}, async function* () {}, (function* () {})(), (async function* () {})(),
  [][iterator](), ''[iterator](), new NativeMap()[iterator](), new NativeSet()[iterator](), ''.matchAll(/a/g),
  NativeUint8Array.prototype, console, Decimal,
]) deepFreeze(root)
deepFreeze(globalThis)
`
