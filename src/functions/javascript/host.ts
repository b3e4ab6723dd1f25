/** The sandboxes of a thread. */
import type { FunctionDeclaration } from '../declaration.ts'
import type { FunctionDefinition } from '../definition.ts'
import type { FunctionCaller, OptionalParts, UserFunctions } from '../user-functions.ts'
import { compileFunction } from './compiled-function.ts'
import { declareFunction } from './declare.ts'
import { Sandbox } from './sandbox.ts'
import type { VmHost, VmLimits } from './vm.ts'

export interface JavaScriptHostOptions extends Omit<VmHost, 'log'> {
  /** A value of the server's configuration. */
  readonly config: (name: string) => string | undefined
}

export const DEFAULT_TIMEOUT_MS = 100
const DEFAULT_MEMORY_BYTES = 64 * 1024 * 1024
const DEFAULT_STACK_BYTES = 256 * 1024

/** Sandboxes that stay although no query has them, so that each of several statements does not make its own. */
const KEPT_SANDBOXES = 8

export class JavaScriptHost implements UserFunctions {
  readonly #host: Omit<VmHost, 'log'>
  readonly #limits: VmLimits
  /** By hash. A sandbox lives for as long as a query calls it. */
  readonly #sandboxes = new Map<string, WeakRef<Sandbox>>()
  #recent: readonly Sandbox[] = []

  constructor({ config, ...host }: JavaScriptHostOptions) {
    this.#host = host
    this.#limits = limitsFrom(config)
  }

  declare(definitions: readonly FunctionDefinition[], caller: FunctionCaller): readonly FunctionDeclaration[] {
    const overloads = Map.groupBy(definitions, ({ name }) => name)
    const sandbox = (definition: FunctionDefinition): Sandbox => this.#sandbox(definition)
    return [...overloads.values()].map((group) => declareFunction(group, { sandbox, caller }))
  }

  check(definition: FunctionDefinition): OptionalParts {
    const host = { ...this.#host, log: () => {} }
    const { parts } = compileFunction(definition, { limits: this.#limits, host })
    return { hasRemove: parts.remove !== undefined, hasMerge: parts.merge !== undefined }
  }

  #sandbox(definition: FunctionDefinition): Sandbox {
    const { hash } = definition
    const known = this.#sandboxes.get(hash)?.deref()
    const sandbox = known ?? new Sandbox(definition, { limits: this.#limits, host: this.#host })
    if (known === undefined) {
      for (const [other, held] of this.#sandboxes) if (held.deref() === undefined) this.#sandboxes.delete(other)
      this.#sandboxes.set(hash, new WeakRef(sandbox))
    }
    this.#recent = [sandbox, ...this.#recent.filter((one) => one !== sandbox)].slice(0, KEPT_SANDBOXES)
    return sandbox
  }
}

function limitsFrom(config: JavaScriptHostOptions['config']): VmLimits {
  const number = (name: string, value: number): number => Number(config(name) ?? value)
  return {
    timeoutMs: number('millrace.functions.javascript.timeout.ms', DEFAULT_TIMEOUT_MS),
    memoryBytes: number('millrace.functions.javascript.memory.bytes', DEFAULT_MEMORY_BYTES),
    stackBytes: number('millrace.functions.javascript.stack.bytes', DEFAULT_STACK_BYTES),
  }
}
