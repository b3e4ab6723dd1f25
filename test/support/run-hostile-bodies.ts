/** Runs hostile bodies in the sandboxes of this thread, and looks whether these hold. */
import type { FunctionDeclaration, UndoableRuntime } from '../../src/functions/declaration.ts'
import type { FunctionDefinition } from '../../src/functions/definition.ts'
import { NO_CALLER } from '../../src/functions/user-functions.ts'
import { INTEGER, STRING } from '../../src/types/sql-type.ts'
import type { Value } from '../../src/types/value.ts'
import { cpuMs } from './cpu-time.ts'
import { type HostileBody, hostileBody, REACHED } from './hostile-bodies.ts'
import { context, definition, javaScriptHost, parameters } from './javascript.ts'
import { Random } from './random.ts'

export interface HostileRun {
  readonly seed: number
  readonly bodies: number
  readonly timeoutMs: number
  readonly say?: (text: string) => void
}

export interface HostileOutcome {
  readonly failures: readonly string[]
  readonly measured: Readonly<Record<string, number>>
}

/** How often each function of a body is called. */
const ROUNDS = 2

/**
 * Time of the processor, ms, that a call may take besides its bound: to make a sandbox, and to fill the memory between two looks at the clock.
 */
const UNBOUND_MS = 400

/** Memory that a run may leave behind, MB. */
const LEFT_MB = 300

export async function runHostileBodies({
  seed,
  bodies,
  timeoutMs,
  say = () => {},
}: HostileRun): Promise<HostileOutcome> {
  const random = new Random(seed)
  const failures: string[] = []
  const outcomes: Record<string, number> = {}
  const times: number[] = []
  const before = hostState()
  const memoryBefore = residentMb()
  let peakMb = 0
  let logged = 0
  let slowest = { ms: 0, body: '' }
  let beyondTwice = 0
  const host = javaScriptHost({ timeoutMs, elapsed: cpuMs })
  const caller = { ...NO_CALLER, log: () => void logged++ }
  for (let i = 0; i < bodies; i++) {
    // What was let go is collected between the tasks of a thread.
    await new Promise((resolve) => setImmediate(resolve))
    const body = hostileBody(random)
    const hostile = definitionOf(body)
    try {
      host.check(hostile)
    } catch {
      outcomes['refused'] = (outcomes['refused'] ?? 0) + 1
      continue
    }
    const [declaration] = host.declare([hostile], caller)
    const calls = callsOf(declaration!)
    for (let n = 0; n < ROUNDS; n++) {
      for (const call of calls) {
        const startedAt = cpuMs()
        const outcome = outcomeOf(call)
        const ms = cpuMs() - startedAt
        times.push(ms)
        if (ms > 2 * timeoutMs) beyondTwice++
        if (ms > slowest.ms) slowest = { ms, body: body.body }
        outcomes[outcome.kind] = (outcomes[outcome.kind] ?? 0) + 1
        if (outcome.text.includes(REACHED)) failures.push(`${outcome.text} by ${body.body}`)
        if (outcome.kind === 'other error') failures.push(`${outcome.text} by ${body.body}`)
      }
    }
    peakMb = Math.max(peakMb, residentMb())
    if ((i + 1) % 500 === 0) say(`${i + 1} bodies, ${residentMb()} MB, slowest call ${slowest.ms.toFixed(0)} ms`)
  }
  const after = hostState()
  if (after !== before) failures.push(`The host has changed: ${before} is now ${after}`)
  const plain = outcomeOf(callsOf(host.declare([definitionOf({ kind: 'SCALAR', body: 'b + a' })], caller)[0]!)[0]!)
  if (plain.text !== 'b7') failures.push(`A plain function gives ${plain.text} afterwards`)
  times.sort((a, b) => a - b)
  // Some calls make the sandbox again.
  if (slowest.ms > 2 * timeoutMs + UNBOUND_MS) {
    failures.push(
      `A call took ${slowest.ms.toFixed(0)} ms of the processor, more than twice its bound: ${slowest.body}`,
    )
  }
  return {
    failures,
    measured: {
      ...outcomes,
      bodies,
      calls: times.length,
      logged,
      'beyond.twice.the.bound': beyondTwice,
      'slowest.ms': Math.round(slowest.ms),
      'p99.ms': Math.round(times[Math.floor(times.length * 0.99)] ?? 0),
      'memory.before.mb': memoryBefore,
      'memory.peak.mb': peakMb,
    },
  }
}

/** Whether memory has returned. Collects garbage, for which node must be run with `--expose-gc`. */
export async function memoryAfter(outcome: HostileOutcome): Promise<HostileOutcome> {
  for (let i = 0; i < 10; i++) {
    globalThis.gc?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  const left = residentMb()
  const grown = left - outcome.measured['memory.before.mb']!
  const failures =
    grown > LEFT_MB ? [...outcome.failures, `${grown} MB more are resident than before`] : outcome.failures
  return { failures, measured: { ...outcome.measured, 'memory.after.mb': left } }
}

function definitionOf({ kind, body }: HostileBody): FunctionDefinition {
  return definition({
    name: 'HOSTILE',
    kind,
    parameters: parameters(INTEGER, STRING),
    returns: kind === 'TABLE' ? null : STRING,
    columns: kind === 'TABLE' ? [{ name: 'X', writtenName: 'x', type: STRING }] : [],
    body,
    hasRemove: false,
    hasMerge: false,
  })
}

/** The calls of a function; those of an aggregate one after the other. */
function callsOf(declaration: FunctionDeclaration): readonly (() => Value)[] {
  switch (declaration.kind) {
    case 'scalar': {
      const call = declaration.variants[0]!.bind!([INTEGER, STRING], STRING, context)
      return [() => call(7, 'b')]
    }
    case 'table': {
      const rows = declaration.variants[0]!.bind!([INTEGER, STRING], context)
      return [() => [...(rows(7, 'b') as readonly Value[])].slice(0, 3)]
    }
    case 'aggregate': {
      const { initialize, add, result } = declaration.variants[0]!.bind(
        [INTEGER, STRING],
        [],
        context,
      ) as UndoableRuntime
      let state: Value = null
      return [() => (state = initialize()), () => (state = add(state, [7, 'b'])), () => result(state)]
    }
  }
}

function outcomeOf(call: () => Value): { readonly kind: string; readonly text: string } {
  try {
    const value = call()
    return { kind: 'value', text: String(value).slice(0, 200) }
  } catch (error) {
    const text = String(error)
    if (!/Function HOSTILE \(version 1\)|BudgetError/.test(text)) return { kind: 'other error', text }
    if (text.includes('takes longer')) return { kind: 'stopped', text }
    return { kind: text.includes('needs more memory') ? 'out of memory' : 'error', text }
  }
}

/** What a function might change of the host. */
const hostState = (): string =>
  JSON.stringify([
    Reflect.ownKeys(globalThis).map(String),
    Reflect.ownKeys(Object.prototype).map(String),
    Reflect.ownKeys(Array.prototype).map(String),
    Object.keys(process.env).length,
    process.cwd(),
  ])

const residentMb = (): number => Math.round(process.memoryUsage.rss() / 2 ** 20)
