/**
 * Registered schemas by id, as far as this thread has fetched them. A codec finds them without waiting; the reader of a partition waits for
 * one that is missing, and then reads the record again.
 */
import { type Clock, type DoublingPauses, doublingPause, sleep, type Timer } from '../clock.ts'
import { messageOf } from '../errors.ts'
import type { ResolvedSchema } from '../registry/resolved-schema.ts'
import { SchemaNotLoaded, type WriterSchemas } from './format.ts'

/** As many ids as a topic with a long history has; the oldest one makes room for another. */
const MAX_SCHEMAS = 1000
/** How long an id that does not exist is taken to be wrong: a registry of several servers may learn of it later. */
const MISSING_MS = 30_000
const PAUSES: DoublingPauses = { firstMs: 200, longestMs: 10_000 }

export interface SchemaLoader extends WriterSchemas {
  /**
   * Resolves when `get(id)` has an answer, however long the registry cannot be reached. Never rejects; resolves without an answer after
   * `close`. `onDelay`: why it takes longer, each time that the registry has failed.
   */
  load(id: number, onDelay: (reason: string) => void): Promise<void>
}

/** Where there is no registry, no record can be read by its id. */
export const NO_REGISTRY: SchemaLoader = {
  get: (id) => `Schema ${id} cannot be looked up: no schema registry is configured`,
  load: async () => {},
}

export interface LoadedSchemasOptions {
  /** Gives the schema, or a text: why there is none. Rejects with an Error if the registry does not answer. */
  readonly fetch: (id: number) => Promise<ResolvedSchema | string>
  readonly clock: Clock
  readonly timer: Timer
}

interface Missing {
  readonly text: string
  /** Epoch ms. */
  readonly until: number
}

export class LoadedSchemas implements SchemaLoader {
  readonly #options: LoadedSchemasOptions
  readonly #schemas = new Map<number, ResolvedSchema>()
  readonly #missing = new Map<number, Missing>()
  readonly #loading = new Map<number, Promise<void>>()
  readonly #closing = new AbortController()

  constructor(options: LoadedSchemasOptions) {
    this.#options = options
  }

  get(id: number): ResolvedSchema | string {
    const schema = this.#schemas.get(id)
    if (schema !== undefined) return schema
    const missing = this.#missing.get(id)
    if (missing !== undefined && missing.until > this.#options.clock.now()) return missing.text
    throw new SchemaNotLoaded(id)
  }

  load(id: number, onDelay: (reason: string) => void): Promise<void> {
    const known = this.#loading.get(id)
    if (known !== undefined) return known
    const loading = this.#fetch(id, onDelay).finally(() => this.#loading.delete(id))
    this.#loading.set(id, loading)
    return loading
  }

  close(): void {
    this.#closing.abort()
  }

  async #fetch(id: number, onDelay: (reason: string) => void): Promise<void> {
    const { signal } = this.#closing
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        this.#keep(id, await this.#options.fetch(id))
        return
      } catch (error) {
        onDelay(messageOf(error))
        await sleep(this.#options.timer, doublingPause(PAUSES, failures), { signal })
      }
    }
  }

  #keep(id: number, schema: ResolvedSchema | string): void {
    if (typeof schema === 'string') {
      const until = this.#options.clock.now() + MISSING_MS
      bound(this.#missing).set(id, { text: schema, until })
    } else bound(this.#schemas).set(id, schema)
  }
}

/** The map with room for one more. */
function bound<Kept>(map: Map<number, Kept>): Map<number, Kept> {
  if (map.size >= MAX_SCHEMAS) map.delete(map.keys().next().value!)
  return map
}
