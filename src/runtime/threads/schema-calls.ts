/** Schemas that a worker thread requests from the main thread, which alone speaks to the registry. */
import type { ResolvedSchema } from '../../registry/resolved-schema.ts'

export interface SchemaCall {
  readonly kind: 'schemaCall'
  readonly call: number
  /** Id of the schema. */
  readonly id: number
}

export interface SchemaAnswer {
  readonly kind: 'schemaAnswer'
  readonly call: number
  /** A text: why there is none. */
  readonly schema: ResolvedSchema | string
  /** Why the registry does not answer now; null: it has answered. */
  readonly failure: string | null
}

/** The thread's side. */
export class SchemaCalls {
  readonly #post: (call: SchemaCall) => void
  readonly #waiting = new Map<number, PromiseWithResolvers<ResolvedSchema | string>>()
  #next = 0

  constructor(post: (call: SchemaCall) => void) {
    this.#post = post
  }

  /** Rejects with an Error that has the registry's words. */
  fetch(id: number): Promise<ResolvedSchema | string> {
    const call = this.#next++
    const waiting = Promise.withResolvers<ResolvedSchema | string>()
    this.#waiting.set(call, waiting)
    this.#post({ kind: 'schemaCall', call, id })
    return waiting.promise
  }

  onAnswer({ call, schema, failure }: SchemaAnswer): void {
    const waiting = this.#waiting.get(call)
    this.#waiting.delete(call)
    if (failure === null) waiting?.resolve(schema)
    else waiting?.reject(new Error(failure))
  }
}

/** The main thread's side. Never rejects. */
export async function answerSchemaCall(
  { call, id }: SchemaCall,
  fetch: (id: number) => Promise<ResolvedSchema | string>,
): Promise<SchemaAnswer> {
  try {
    return { kind: 'schemaAnswer', call, schema: await fetch(id), failure: null }
  } catch (error) {
    return { kind: 'schemaAnswer', call, schema: '', failure: error instanceof Error ? error.message : String(error) }
  }
}
