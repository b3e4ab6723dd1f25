/** A schema registry of this process, as statements and records of tests use it: without compatibility rules and without waiting. */
import type { FetchedSchemas, SchemaRequest } from '../analysis/inferred-columns.ts'
import { missingSchema } from '../analysis/inferred-columns.ts'
import type { SchemaRegistration, SinkSchemas } from '../plan/schema-registration.ts'
import { RegisteredSchemas } from '../registry/in-process/registered-schemas.ts'
import type { ResolvedSchema } from '../registry/resolved-schema.ts'
import { type SchemaDefinition, type SchemaReference, subjectOf } from '../registry/schema-registry.ts'
import type { Side, WriterSchemas, WrittenSchema } from '../serde/format.ts'
import type { StatementSchemas } from './statement-catalogue.ts'

export class LocalSchemas implements StatementSchemas {
  readonly #state: RegisteredSchemas
  readonly #resolved = new Map<number, ResolvedSchema>()

  /** `state` belongs to a registry that others use too. */
  constructor(state = new RegisteredSchemas()) {
    this.#state = state
  }

  readonly writers: WriterSchemas = { get: (id) => this.#byId(id) ?? `Schema ${id} not found` }

  /** Throws StatementError for a schema that is not there. */
  fetch(requests: readonly SchemaRequest[]): FetchedSchemas {
    const found = (side: Side): WrittenSchema | null => {
      const request = requests.find((one) => one.side === side)
      if (request === undefined) return null
      const id = request.id ?? this.#state.version(subjectOf(request.topic, side), 'latest')?.id
      const schema = id === undefined ? null : this.#byId(id)
      if (schema === null) throw missingSchema(request)
      return { ...schema, id: id! }
    }
    return { KEY: found('KEY'), VALUE: found('VALUE') }
  }

  /** The schemas of a sink, registered. */
  register(registrations: readonly SchemaRegistration[]): SinkSchemas {
    const written = (side: Side): WrittenSchema | null => {
      const one = registrations.find((registration) => registration.side === side)
      if (one === undefined) return null
      const { id, subject, mode } = one
      if (mode === 'ifNone' && this.#state.versions(subject).length > 0) return null
      const definition = id === null ? definitionOf(one) : (this.#state.schemaById(id) ?? definitionOf(one))
      const registered = this.add(subject, definition, id ?? undefined)
      return { ...this.#byId(registered)!, id: registered }
    }
    return { KEY: written('KEY'), VALUE: written('VALUE') }
  }

  /** The newest schema of the topic; null: there is none. */
  latest(topic: string, side: Side): WrittenSchema | null {
    const version = this.#state.version(subjectOf(topic, side), 'latest')
    return version === null ? null : { ...this.#byId(version.id)!, id: version.id }
  }

  /** The id of the schema under `subject`; absent `id`: the next one, unless it is registered already. */
  add(subject: string, schema: SchemaDefinition, id?: number): number {
    const entry = this.#state.registration(subject, schema, id)
    if (entry !== null) this.#state.apply(entry)
    return this.#state.find(subject, schema)!.id
  }

  #byId(id: number): ResolvedSchema | null {
    const known = this.#resolved.get(id)
    if (known !== undefined) return known
    const schema = this.#state.schemaById(id)
    if (schema === null) return null
    const resolved = { type: schema.type, text: schema.text, imports: this.#imports(schema.references) }
    this.#resolved.set(id, resolved)
    return resolved
  }

  #imports(references: readonly SchemaReference[]): Record<string, string> {
    const texts: Record<string, string> = {}
    for (const { name, subject, version } of references) {
      const referenced = this.#state.referenced(subject, version)!
      Object.assign(texts, this.#imports(referenced.references), { [name]: referenced.text })
    }
    return texts
  }
}

export const definitionOf = ({ type, text }: SchemaRegistration): SchemaDefinition => ({ type, text, references: [] })
