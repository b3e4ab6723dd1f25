/**
 * The state of a registry as a fold over its journal: subjects with their versions, and schemas by id. Synchronous and without I/O, so that
 * it can be replayed.
 */
import type { Compatibility, SchemaDefinition, SubjectVersion } from '../schema-registry.ts'

/** One change, as the journal keeps it. */
export type RegistryEntry =
  | ({ readonly kind: 'register' } & SubjectVersion)
  | { readonly kind: 'delete'; readonly subject: string }
  | { readonly kind: 'compatibility'; readonly subject: string | null; readonly rule: Compatibility }

interface Subject {
  versions: SubjectVersion[]
  /** Grows also where versions were deleted. */
  lastVersion: number
  compatibility: Compatibility | null
}

/** Confluent's default. */
const DEFAULT_COMPATIBILITY: Compatibility = 'BACKWARD'

export class RegisteredSchemas {
  readonly #subjects = new Map<string, Subject>()
  readonly #schemas = new Map<number, SchemaDefinition>()
  readonly #ids = new Map<string, number>()
  /** Versions that references may name, also those of deleted subjects. */
  readonly #all = new Map<string, SubjectVersion>()
  #compatibility: Compatibility = DEFAULT_COMPATIBILITY
  #lastId = 0

  apply(entry: RegistryEntry): void {
    switch (entry.kind) {
      case 'register':
        this.#register(entry)
        break
      case 'delete': {
        const subject = this.#subjects.get(entry.subject)
        if (subject !== undefined) subject.versions = []
        break
      }
      case 'compatibility':
        if (entry.subject === null) this.#compatibility = entry.rule
        else this.#subject(entry.subject).compatibility = entry.rule
    }
  }

  /** What registering the schema would add; null: the subject has it. `id`: the id to give it; null: that of an equal schema, or a new one. */
  registration(subject: string, schema: SchemaDefinition, id: number | null = null): RegistryEntry | null {
    if (this.find(subject, schema) !== null) return null
    const known = id ?? this.#ids.get(identityOf(schema)) ?? this.#lastId + 1
    const version = (this.#subjects.get(subject)?.lastVersion ?? 0) + 1
    return { kind: 'register', subject, version, id: known, ...definitionOf(schema) }
  }

  subjects(): string[] {
    return [...this.#subjects].flatMap(([name, { versions }]) => (versions.length > 0 ? [name] : [])).sort()
  }

  versions(subject: string): readonly SubjectVersion[] {
    return this.#subjects.get(subject)?.versions ?? []
  }

  version(subject: string, version: number | 'latest'): SubjectVersion | null {
    const versions = this.versions(subject)
    const found = version === 'latest' ? versions.at(-1) : versions.find((one) => one.version === version)
    return found ?? null
  }

  /** A version that a schema refers to, which outlives its subject. */
  referenced(subject: string, version: number): SubjectVersion | null {
    return this.#all.get(versionKey(subject, version)) ?? null
  }

  schemaById(id: number): SchemaDefinition | null {
    return this.#schemas.get(id) ?? null
  }

  find(subject: string, schema: SchemaDefinition): SubjectVersion | null {
    const identity = identityOf(schema)
    return this.versions(subject).find((version) => identityOf(version) === identity) ?? null
  }

  compatibility(subject: string): Compatibility {
    return this.#subjects.get(subject)?.compatibility ?? this.#compatibility
  }

  #register({ kind: _kind, ...version }: RegistryEntry & { readonly kind: 'register' }): void {
    const subject = this.#subject(version.subject)
    subject.versions = [...subject.versions, version]
    subject.lastVersion = Math.max(subject.lastVersion, version.version)
    this.#all.set(versionKey(version.subject, version.version), version)
    this.#schemas.set(version.id, definitionOf(version))
    const identity = identityOf(version)
    if (!this.#ids.has(identity)) this.#ids.set(identity, version.id)
    this.#lastId = Math.max(this.#lastId, version.id)
  }

  #subject(name: string): Subject {
    const existing = this.#subjects.get(name)
    if (existing !== undefined) return existing
    const subject: Subject = { versions: [], lastVersion: 0, compatibility: null }
    this.#subjects.set(name, subject)
    return subject
  }
}

const definitionOf = ({ type, text, references }: SchemaDefinition): SchemaDefinition => ({ type, text, references })
const identityOf = ({ type, text, references }: SchemaDefinition): string => JSON.stringify([type, text, references])
const versionKey = (subject: string, version: number): string => `${version} ${subject}`
