import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect, it } from 'vitest'
import { metered } from '../../../../src/functions/javascript/meter.ts'

/** `(module (import "env" "tick" (func (result i32))) (func (export "spin") (param i32) loop ... br_if 0 end))`. */
const SPIN = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x09, 0x02, 0x60, 0x00, 0x01, 0x7f, 0x60, 0x01, 0x7f, 0x00],
  ...[0x02, 0x0c, 0x01, 0x03, 0x65, 0x6e, 0x76, 0x04, 0x74, 0x69, 0x63, 0x6b, 0x00, 0x00],
  ...[0x03, 0x02, 0x01, 0x01],
  ...[0x06, 0x06, 0x01, 0x7f, 0x00, 0x41, 0x07, 0x0b],
  ...[0x07, 0x08, 0x01, 0x04, 0x73, 0x70, 0x69, 0x6e, 0x00, 0x01],
  // local.get 0, i32.const 1, i32.sub, local.tee 0, br_if 0
  ...[0x0a, 0x11, 0x01, 0x0f, 0x00, 0x03, 0x40, 0x20, 0x00, 0x41, 0x01, 0x6b, 0x22, 0x00, 0x0d, 0x00, 0x0b, 0x0b],
)

function spin(module: Uint8Array, tick: () => number): (rounds: number) => void {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module), { env: { tick } })
  return exports['spin'] as (rounds: number) => void
}

it('calls the host once in half a million rounds of a loop', () => {
  let ticks = 0
  const run = spin(metered(SPIN, { module: 'env', name: 'tick' }), () => ++ticks)
  run(10)
  expect(ticks).toBe(0)
  run(2_000_000)
  expect(ticks).toBe(4)
})

it('lets the host end an endless loop by an exception', () => {
  const run = spin(metered(SPIN, { module: 'env', name: 'tick' }), () => {
    throw new Error('enough')
  })
  // From 0 the counter goes around all 32 bits.
  expect(() => run(0)).toThrow('enough')
})

it('knows all instructions of QuickJS, and changes nothing but its loops', () => {
  const plain = readFileSync(createRequire(import.meta.url).resolve('quickjs-wasi/quickjs.wasm'))
  const changed = metered(plain, { module: 'env', name: 'host_interrupt' })
  expect(changed.length).toBeGreaterThan(plain.length)
  expect(changed.length).toBeLessThan(plain.length * 1.1)
  expect(() => new WebAssembly.Module(changed)).not.toThrow()
})

it('refuses a module without the function, and one with instructions that it does not know', () => {
  expect(() => metered(SPIN, { module: 'env', name: 'other' })).toThrow('does not import env.other')
  const unknown = SPIN.slice()
  unknown[unknown.lastIndexOf(0x6b)] = 0xfb
  expect(() => metered(unknown, { module: 'env', name: 'tick' })).toThrow('not known: 0xfb')
})
