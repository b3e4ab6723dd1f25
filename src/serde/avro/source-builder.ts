/** Source of several functions that call each other, and constants that they use. No text of a schema is in it but as a constant's value. */
import { generatedFunction } from '../generated-function.ts'

/** Statements of one function: V8 takes a long time to optimize long ones. */
const CHUNK = 32

export class SourceBuilder {
  readonly #functions: string[] = []
  readonly #constants: unknown[] = []
  readonly #names = new Map<string, string>()
  readonly #ids = new Map<unknown, number>()
  /** Functions that the source may call, by name. */
  readonly #library: { readonly [name: string]: unknown }

  constructor(library: { readonly [name: string]: unknown }) {
    this.#library = library
  }

  /** The name under which the source finds `value`. */
  constant(value: unknown): string {
    const known = this.#constants.indexOf(value)
    return `constants[${known >= 0 ? known : this.#constants.push(value) - 1}]`
  }

  /** A number for each object, to tell them apart in keys. */
  idOf(object: unknown): number {
    const known = this.#ids.get(object)
    if (known !== undefined) return known
    this.#ids.set(object, this.#ids.size)
    return this.#ids.size - 1
  }

  /** The name of a function with that parameter list and body. */
  function(parameters: string, body: string): string {
    const name = `f${this.#functions.length}`
    this.#functions.push(`function ${name}(${parameters}) {\n${body}\n}`)
    return name
  }

  /** As `function`; the body is made once for each key. */
  sharedFunction(key: string, parameters: string, body: () => string): string {
    const known = this.#names.get(key)
    if (known !== undefined) return known
    const name = this.function(parameters, body())
    this.#names.set(key, name)
    return name
  }

  /** The statements, in functions of their own where they are many; they may use `parameters`, and nothing else that is local. */
  sequence(parameters: string, statements: readonly string[]): string {
    if (statements.length <= CHUNK) return statements.join('\n')
    const calls: string[] = []
    for (let i = 0; i < statements.length; i += CHUNK) {
      const part = statements.slice(i, i + CHUNK).join('\n')
      calls.push(`${this.function(parameters, part)}(${parameters})`)
    }
    return this.sequence(parameters, calls)
  }

  /** The value of `expression`, which may call the functions. */
  build(expression: string): unknown {
    const names = Object.keys(this.#library)
    const source = `${this.#functions.join('\n')}\nreturn ${expression}`
    return generatedFunction(['constants', ...names], source, [this.#constants, ...Object.values(this.#library)])
  }
}
