/**
 * A schema registry in this process: the default beside the embedded log, and the registry of tests. Changes are kept by a journal before
 * they are visible.
 */
import { Mutex } from '../../mutex.ts'
import { resolveSchema } from '../resolved-schema.ts'
import type { SchemaRules } from '../rules/schema-rules.ts'
import {
  type Compatibility,
  type CompatibilityVerdict,
  RegistryError,
  type SchemaDefinition,
  type SchemaRegistry,
  type SchemaType,
  type SubjectVersion,
} from '../schema-registry.ts'
import { RegisteredSchemas, type RegistryEntry } from './registered-schemas.ts'

/** Keeps the changes of a registry. */
export interface RegistryJournal {
  /** What it holds, in order. */
  readonly entries: readonly RegistryEntry[]
  /** Resolves when the entry will outlast a crash. */
  append(entry: RegistryEntry): Promise<void>
  close(): Promise<void>
}

/** A journal of nothing: the registry is gone with its process. */
const NO_JOURNAL: RegistryJournal = { entries: [], append: async () => {}, close: async () => {} }

export interface InProcessRegistryOptions {
  readonly rules: (type: SchemaType) => Promise<SchemaRules>
  readonly journal?: RegistryJournal
}

export class InProcessRegistry implements SchemaRegistry {
  readonly #state = new RegisteredSchemas()
  readonly #rules: InProcessRegistryOptions['rules']
  readonly #journal: RegistryJournal
  /** Changes are made one after the other. */
  readonly #turns = new Mutex()

  constructor({ rules, journal = NO_JOURNAL }: InProcessRegistryOptions) {
    this.#rules = rules
    this.#journal = journal
    for (const entry of journal.entries) this.#state.apply(entry)
  }

  /** What it holds, for callers that cannot wait. */
  get state(): RegisteredSchemas {
    return this.#state
  }

  async subjects(): Promise<readonly string[]> {
    return this.#state.subjects()
  }

  async versions(subject: string): Promise<readonly number[]> {
    return this.#state.versions(subject).map(({ version }) => version)
  }

  async version(subject: string, version: number | 'latest'): Promise<SubjectVersion | null> {
    return this.#state.version(subject, version)
  }

  async schemaById(id: number): Promise<SchemaDefinition | null> {
    return this.#state.schemaById(id)
  }

  register(subject: string, schema: SchemaDefinition): Promise<number> {
    return this.#turns.run(async () => {
      const normal = await this.#normalize(schema)
      const entry = this.#state.registration(subject, normal)
      if (entry === null) return this.#state.find(subject, normal)!.id
      await this.#refuseIncompatible(subject, normal)
      await this.#append(entry)
      return this.#state.find(subject, normal)!.id
    })
  }

  async find(subject: string, schema: SchemaDefinition): Promise<SubjectVersion | null> {
    return this.#state.find(subject, await this.#normalize(schema))
  }

  async checkCompatibility(subject: string, schema: SchemaDefinition): Promise<CompatibilityVerdict> {
    const messages = await this.#faults(subject, await this.#normalize(schema))
    return { isCompatible: messages.length === 0, messages }
  }

  async compatibility(subject: string): Promise<Compatibility> {
    return this.#state.compatibility(subject)
  }

  setCompatibility(subject: string | null, rule: Compatibility): Promise<void> {
    return this.#turns.run(() => this.#append({ kind: 'compatibility', subject, rule }))
  }

  deleteSubject(subject: string): Promise<readonly number[]> {
    return this.#turns.run(async () => {
      const versions = await this.versions(subject)
      if (versions.length > 0) await this.#append({ kind: 'delete', subject })
      return versions
    })
  }

  async close(): Promise<void> {
    await this.#turns.idle()
    await this.#journal.close()
  }

  async #append(entry: RegistryEntry): Promise<void> {
    await this.#journal.append(entry)
    this.#state.apply(entry)
  }

  async #normalize(schema: SchemaDefinition): Promise<SchemaDefinition> {
    try {
      const { imports } = await this.#resolve(schema)
      return { ...schema, text: (await this.#rules(schema.type)).normalize(schema.text, imports) }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new RegistryError(`Invalid schema of type ${schema.type}: ${reason}`, {
        kind: 'INVALID',
        status: 422,
        code: 42201,
        cause: error,
      })
    }
  }

  #resolve(schema: SchemaDefinition) {
    return resolveSchema(schema, {
      version: async (subject, version) =>
        version === 'latest' ? this.#state.version(subject, version) : this.#state.referenced(subject, version),
    })
  }

  async #refuseIncompatible(subject: string, schema: SchemaDefinition): Promise<void> {
    const faults = await this.#faults(subject, schema)
    if (faults.length === 0) return
    throw new RegistryError(
      `Schema being registered is incompatible with an earlier schema for subject "${subject}", details: [${faults.join(' ')}]`,
      { kind: 'INCOMPATIBLE', status: 409, code: 409 },
    )
  }

  /** Why the subject's rule forbids the schema. */
  async #faults(subject: string, schema: SchemaDefinition): Promise<string[]> {
    const rule = this.#state.compatibility(subject)
    const all = this.#state.versions(subject)
    const earlier = rule.endsWith('_TRANSITIVE') ? all : all.slice(-1)
    if (rule === 'NONE') return []
    const found: string[] = []
    for (const other of earlier.toReversed()) found.push(...(await this.#faultsBetween(schema, other, rule)))
    return found
  }

  async #faultsBetween(schema: SchemaDefinition, other: SubjectVersion, rule: Compatibility): Promise<string[]> {
    if (schema.type !== other.type) return [`Version ${other.version} is of type ${other.type}, not ${schema.type}.`]
    const { readFaults } = await this.#rules(schema.type)
    const imports = { ...(await this.#resolve(other)).imports, ...(await this.#resolve(schema)).imports }
    const isBackward = rule.startsWith('BACKWARD') || rule.startsWith('FULL')
    const isForward = rule.startsWith('FORWARD') || rule.startsWith('FULL')
    const [mine, theirs] = [schema.text, other.text]
    return [
      ...(isBackward ? readFaults(mine, theirs, imports) : []),
      ...(isForward ? readFaults(theirs, mine, imports) : []),
    ].map((fault) => `${fault} (version ${other.version}, rule ${rule})`)
  }
}
