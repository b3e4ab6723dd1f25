/** `console`, whose lines go to the host. */
export const CONSOLE = `
function shown(value) {
  if (typeof value === 'string') return value
  if (typeof value === 'bigint') return bigintText(value) + 'n'
  if (typeof value === 'function') return '[function]'
  if (typeof value === 'object' && value !== null) {
    if (value instanceof NativeError) return describe(value)
    try { return toJson(value) } catch (error) { return '[object]' }
  }
  return NativeString(value)
}
const console = {}
for (const level of ['log', 'info', 'warn', 'error', 'debug']) {
  hidden(console, level, (...args) => {
    let text = ''
    for (let i = 0; i < args.length && text.length < 2000; i++) text += (i > 0 ? ' ' : '') + shown(args[i])
    hostLog(slice(text, 0, 2000))
  })
}
hidden(globalThis, 'console', console)
delete globalThis.hostLog
delete globalThis.hostRandom
`
