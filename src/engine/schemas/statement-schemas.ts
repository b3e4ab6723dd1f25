/**
 * The registry as a statement uses it: schemas that planning needs, and those that the statement registers. A sandbox registers nothing, and
 * shows later statements of its request what the earlier ones would have registered.
 */
import { type FetchedSchemas, missingSchema, type SchemaRequest } from '../../analysis/inferred-columns.ts'
import { messageOf, StatementError } from '../../errors.ts'
import type { SchemaRegistration, SinkSchemas } from '../../plan/schema-registration.ts'
import { type ResolvedSchema, resolveSchema } from '../../registry/resolved-schema.ts'
import { RegistryError, type SchemaDefinition, type SchemaRegistry, subjectOf } from '../../registry/schema-registry.ts'
import type { Side, WrittenSchema } from '../../serde/format.ts'

export interface StatementSchemas {
  /** Rejects with StatementError: there is no registry, it does not answer, or what a request names is not there. */
  fetch(requests: readonly SchemaRequest[]): Promise<FetchedSchemas>
  /** Gives the schemas that need an id. Rejects with StatementError, with the registry's words if it refuses a schema. */
  register(registrations: readonly SchemaRegistration[]): Promise<SinkSchemas>
  /** Deletes subjects softly. */
  deleteSubjects(subjects: readonly string[]): Promise<void>
}

/** `registry` null: none is configured, which is an error once a statement needs one. */
export function statementSchemas(registry: SchemaRegistry | null): StatementSchemas {
  return registry === null ? NO_REGISTRY : new RegistrySchemas(registry)
}

const NO_REGISTRY: StatementSchemas = {
  async fetch(requests) {
    const [request] = requests
    if (request !== undefined) throw notConfigured(`Cannot look up the schema of topic '${request.topic}'`)
    return { KEY: null, VALUE: null }
  },
  async register(registrations) {
    const [registration] = registrations
    if (registration !== undefined) throw notConfigured(`Cannot create topic '${registration.topic}' with a schema`)
    return { KEY: null, VALUE: null }
  },
  async deleteSubjects() {},
}

const notConfigured = (what: string): StatementError =>
  new StatementError(
    `${what} without configuring 'ksql.schema.registry.url'.\n` +
      'Set it to the address of a schema registry and start the server again, or use a format without one: JSON, PROTOBUF_NOSR, DELIMITED.',
    { code: 'SCHEMA_REGISTRY_MISSING' },
  )

class RegistrySchemas implements StatementSchemas {
  readonly #registry: SchemaRegistry

  constructor(registry: SchemaRegistry) {
    this.#registry = registry
  }

  async fetch(requests: readonly SchemaRequest[]): Promise<FetchedSchemas> {
    const found = async (side: Side): Promise<WrittenSchema | null> => {
      const request = requests.find((one) => one.side === side)
      return request === undefined ? null : this.#find(request)
    }
    return { KEY: await found('KEY'), VALUE: await found('VALUE') }
  }

  async register(registrations: readonly SchemaRegistration[]): Promise<SinkSchemas> {
    const written = async (side: Side): Promise<WrittenSchema | null> => {
      const registration = registrations.find((one) => one.side === side)
      return registration === undefined ? null : this.#register(registration)
    }
    return { KEY: await written('KEY'), VALUE: await written('VALUE') }
  }

  async deleteSubjects(subjects: readonly string[]): Promise<void> {
    for (const subject of subjects) {
      await inStatement(`Could not delete the subject ${subject}`, () => this.#registry.deleteSubject(subject))
    }
  }

  async #find(request: SchemaRequest): Promise<WrittenSchema> {
    const { side, topic, id } = request
    const found = await inStatement(`Could not fetch the schema of topic '${topic}'`, async () => {
      if (id === null) return this.#registry.version(subjectOf(topic, side), 'latest')
      const schema = await this.#registry.schemaById(id)
      return schema === null ? null : { ...schema, id }
    })
    if (found === null) throw missingSchema(request)
    return { ...(await this.#resolve(found)), id: found.id }
  }

  #resolve(schema: SchemaDefinition): Promise<ResolvedSchema> {
    return inStatement('Could not fetch what a schema refers to', () => resolveSchema(schema, this.#registry))
  }

  #register(registration: SchemaRegistration): Promise<WrittenSchema | null> {
    const { subject, mode, topic } = registration
    return inStatement(`Could not register schema for topic: ${topic}`, async () => {
      if (mode === 'ifNone' && (await this.#registry.versions(subject)).length > 0) return null
      const existing = mode === 'unchanged' ? await this.#registry.version(subject, 'latest') : null
      if (existing !== null) {
        refuseOtherSchema(registration, existing)
        return { ...(await resolveSchema(existing, this.#registry)), id: existing.id }
      }
      const definition = await this.#definition(registration)
      const id = await this.#registry.register(subject, definition)
      refuseOtherId(registration, id)
      return { ...(await resolveSchema(definition, this.#registry)), id }
    })
  }

  /** One that the statement names by id keeps its references. */
  async #definition({ id, type, text }: SchemaRegistration): Promise<SchemaDefinition> {
    const named = id === null ? null : await this.#registry.schemaById(id)
    return named ?? { type, text, references: [] }
  }
}

function refuseOtherSchema({ topic, type, text }: SchemaRegistration, existing: SchemaDefinition): void {
  if (existing.type === type && comparable(existing) === comparable({ type, text })) return
  throw new StatementError(
    `Cannot INSERT VALUES into topic ${topic}. The generated schema would overwrite the existing key schema.\n` +
      `\tExisting Schema: ${existing.text}\n\tGenerated: ${text}`,
  )
}

/** The text without what says nothing of the values: white space, the order of members, the dialect of a JSON Schema. */
function comparable({ type, text }: Pick<SchemaDefinition, 'type' | 'text'>): string {
  return type === 'PROTOBUF' ? text.replaceAll(/\s+/g, ' ').trim() : canonical(JSON.parse(text))
}

function canonical(json: unknown): string {
  if (Array.isArray(json)) return `[${json.map(canonical).join()}]`
  if (typeof json !== 'object' || json === null) return JSON.stringify(json)
  const members = Object.entries(json).filter(([name]) => name !== '$schema')
  members.sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, value]) => `${JSON.stringify(name)}:${canonical(value)}`).join()}}`
}

/** Records would name another schema than the statement. */
function refuseOtherId({ id, side, subject }: SchemaRegistration, registered: number): void {
  if (id === null || id === registered) return
  throw new StatementError(
    `Schema id registered is ${registered} which is different from provided ${side}_SCHEMA_ID ${id}. Subject: ${subject}`,
  )
}

/** A failure of the registry becomes one of the statement. */
async function inStatement<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof StatementError) throw error
    const reason = error instanceof RegistryError ? error.message : messageOf(error)
    throw new StatementError(`${what}: ${reason}`, { cause: error })
  }
}

/** For a rehearsal: what is registered is seen by later statements of the same rehearsal alone. */
export class SandboxSchemas implements StatementSchemas {
  readonly #outside: StatementSchemas
  readonly #registered = new Map<string, WrittenSchema>()

  constructor(outside: StatementSchemas) {
    this.#outside = outside
  }

  async fetch(requests: readonly SchemaRequest[]): Promise<FetchedSchemas> {
    const inside = (side: Side): WrittenSchema | null => {
      const request = requests.find((one) => one.side === side && one.id === null)
      return request === undefined ? null : (this.#registered.get(subjectOf(request.topic, side)) ?? null)
    }
    const [KEY, VALUE] = [inside('KEY'), inside('VALUE')]
    const missing = requests.filter(({ side }) => (side === 'KEY' ? KEY : VALUE) === null)
    const outside = await this.#outside.fetch(missing)
    return { KEY: KEY ?? outside.KEY, VALUE: VALUE ?? outside.VALUE }
  }

  async register(registrations: readonly SchemaRegistration[]): Promise<SinkSchemas> {
    if (this.#outside === NO_REGISTRY) return this.#outside.register(registrations)
    const written = (side: Side): WrittenSchema | null => {
      const registration = registrations.find((one) => one.side === side)
      if (registration === undefined) return null
      const { type, text, subject } = registration
      const schema = { type, text, imports: {}, id: PROVISIONAL_ID }
      this.#registered.set(subject, schema)
      return schema
    }
    return { KEY: written('KEY'), VALUE: written('VALUE') }
  }

  async deleteSubjects(subjects: readonly string[]): Promise<void> {
    for (const subject of subjects) this.#registered.delete(subject)
  }
}

/** No registry gives this id. */
const PROVISIONAL_ID = 0
