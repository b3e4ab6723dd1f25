/**
 * Loops that never leave QuickJS: what one would write by hand over values that are there already, in arrays, with results that go into an array.
 * They have no bound on time to mind, no types to check and no states to keep safe.
 */
import { Vm } from '../../src/functions/javascript/vm.ts'
import type { Work } from './alternate.ts'

export interface BareLoop {
  /** Declares the function, the values and where results go. */
  readonly setup: string
  /** Runs over all values once. */
  readonly pass: string
  /** How many calls, or rows, a pass is. */
  readonly calls: number
}

/** A call of the loop is long compared with the way into QuickJS. */
const PASSES = 20

export function bareLoop({ setup, pass, calls }: BareLoop): Work {
  const vm = new Vm({
    limits: { timeoutMs: 60_000, memoryBytes: 2 ** 26, stackBytes: 2 ** 18 },
    host: { elapsed: () => performance.now(), now: () => 0, random: () => 0, log: () => {} },
    isDeterministic: true,
  })
  const code = `(() => { 'use strict'; ${setup}; return () => { for (let p = 0; p < ${PASSES}; p++) { ${pass} } } })()`
  const loop = vm.run(() => vm.evaluate(code, 'bare.js'))
  const at = vm.memory.enter(1)
  return () => {
    vm.run(() => vm.call(loop, 0, at, at))
    return PASSES * calls
  }
}

/** `(a, b) => a * 2 + b` of 1,000 rows of two columns. */
export const SCALAR_LOOP: BareLoop = {
  setup: `const f = (a, b) => a * 2 + b
    const as = [], bs = [], results = []
    for (let i = 0; i < 1000; i++) { as.push(i); bs.push((i * 7) % 1000); results.push(0) }`,
  pass: 'for (let i = 0; i < 1000; i++) results[i] = f(as[i], bs[i])',
  calls: 1000,
}

/** The rows of 100 calls of a generator that yields ten, in one array. */
export const ROWS_LOOP: BareLoop = {
  setup: `function* f(a) { for (let i = 0; i < a; i++) yield { i, text: 'row' } }
    const counts = []
    for (let i = 0; i < 100; i++) counts.push(10)
    let rows`,
  pass: 'rows = []; for (let i = 0; i < 100; i++) for (const row of f(counts[i])) rows.push(row)',
  calls: 1000,
}

const GROUPS = `const states = [], groups = [], xs = []
  for (let i = 0; i < 100; i++) { states.push(init()); groups.push(i); xs.push(i) }`

/** 100 rows, each of a group of its own, whose states are numbers. */
export const COUNT_LOOP: BareLoop = {
  setup: `const init = () => 0, add = (n) => n + 1; ${GROUPS}`,
  pass: 'for (let i = 0; i < 100; i++) states[groups[i]] = add(states[groups[i]], xs[i])',
  calls: 100,
}

/** The same, with objects that are changed in place. */
export const MEAN_LOOP: BareLoop = {
  setup: `const init = () => ({ n: 0, sum: 0 }); function add(s, x) { s.n++; s.sum += x }; ${GROUPS}`,
  pass: 'for (let i = 0; i < 100; i++) add(states[groups[i]], xs[i])',
  calls: 100,
}
