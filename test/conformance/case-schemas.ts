/** The schema registry of a case: without rules and without waiting. Source: ksqlDB's functional test runner. */
import type { FetchedSchemas, SchemaRequest } from '../../src/analysis/inferred-columns.ts'
import { missingSchema } from '../../src/analysis/inferred-columns.ts'
import { EMPTY_METASTORE, putType } from '../../src/metastore/metastore.ts'
import type { PlanContext } from '../../src/plan/builder.ts'
import type { SchemaRegistration, SinkSchemas } from '../../src/plan/schema-registration.ts'
import { planCreateSource } from '../../src/plan/statements/create-source.ts'
import { planCreateType } from '../../src/plan/statements/custom-type.ts'
import { RegisteredSchemas } from '../../src/registry/in-process/registered-schemas.ts'
import type { ResolvedSchema } from '../../src/registry/resolved-schema.ts'
import { type SchemaDefinition, type SchemaReference, subjectOf } from '../../src/registry/schema-registry.ts'
import type { Side, WriterSchemas, WrittenSchema } from '../../src/serde/format.ts'
import type { Statement } from '../../src/sql/ast.ts'
import type { CaseSchema, CaseTopic } from './read-case.ts'

const SIDES: readonly Side[] = ['KEY', 'VALUE']

export class CaseSchemas {
  readonly #state: RegisteredSchemas
  readonly #resolved = new Map<number, ResolvedSchema>()
  readonly #referenced: CaseSchema['references'][number][] = []

  /** `state`: of a registry that others use too. */
  constructor(state = new RegisteredSchemas()) {
    this.#state = state
  }

  readonly writers: WriterSchemas = { get: (id) => this.#byId(id) ?? `Schema ${id} not found` }

  /** Registers what topics have before the first statement: schemas with an id of their own first. */
  prepare(topics: readonly CaseTopic[], derived: readonly SchemaRegistration[]): void {
    const given = topics.flatMap((topic) =>
      SIDES.flatMap((side) => {
        const schema = topic[side]
        return schema === null ? [] : [{ topic: topic.name, side, schema }]
      }),
    )
    for (const { topic, side, schema } of given) {
      if (schema.id !== null) this.#register(subjectOf(topic, side), this.#definition(schema), schema.id)
    }
    const names = [...new Set([...given.map(({ topic }) => topic), ...derived.map(({ topic }) => topic)])]
    for (const topic of names.sort((a, b) => hashOrder(a) - hashOrder(b))) {
      for (const side of SIDES) {
        const own = given.find((one) => one.topic === topic && one.side === side)?.schema
        const other = derived.find((one) => one.topic === topic && one.side === side)
        if (own !== undefined) this.#register(subjectOf(topic, side), this.#definition(own))
        else if (other !== undefined) this.#register(other.subject, definitionOf(other))
      }
    }
    for (let next = this.#referenced.shift(); next !== undefined; next = this.#referenced.shift()) {
      this.#register(next.name, this.#definition(next.schema))
    }
  }

  /** The schemas that the requests name. Throws StatementError if it is not there. */
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
      const registered = this.#register(subject, definition, id ?? undefined)
      return { ...this.#byId(registered)!, id: registered }
    }
    return { KEY: written('KEY'), VALUE: written('VALUE') }
  }

  /** The newest schema of the topic; null: there is none. */
  latest(topic: string, side: Side): WrittenSchema | null {
    const version = this.#state.version(subjectOf(topic, side), 'latest')
    return version === null ? null : { ...this.#byId(version.id)!, id: version.id }
  }

  deleteTopic(topic: string): void {
    for (const side of SIDES) this.#state.apply({ kind: 'delete', subject: subjectOf(topic, side) })
  }

  #register(subject: string, schema: SchemaDefinition, id?: number): number {
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

  /** A referenced schema is registered under its own name, after those of the topics: it takes no id from them. */
  #definition({ type, text, references }: CaseSchema): SchemaDefinition {
    this.#referenced.push(...references)
    return { type, text, references: references.map(({ name }) => ({ name, subject: name, version: 1 })) }
  }
}

const definitionOf = ({ type, text }: SchemaRegistration): SchemaDefinition => ({ type, text, references: [] })

/** Schemas that statements with columns give to their topics. What does not parse or plan will show when it is run. */
export function derivedSchemas(statements: readonly Statement[], context: PlanContext): SchemaRegistration[] {
  let metastore = EMPTY_METASTORE
  return statements.flatMap((statement) => {
    try {
      if (statement.kind === 'createType') {
        const type = planCreateType(statement, metastore)
        if (type !== null) metastore = putType(metastore, statement.name, type)
      }
      if (statement.kind !== 'createSource' || statement.columns.length === 0) return []
      return planCreateSource(statement, { ...context, metastore }).registrations
    } catch {
      return []
    }
  })
}

const BUCKETS = 16

/** The place of a name in Java's HashMap of a few entries, by which the official runner numbers its schemas. */
function hashOrder(name: string): number {
  let hash = 0
  for (let i = 0; i < name.length; i++) hash = (Math.imul(31, hash) + name.charCodeAt(i)) | 0
  return (hash ^ (hash >>> 16)) & (BUCKETS - 1)
}
