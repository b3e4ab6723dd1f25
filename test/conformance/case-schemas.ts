/** The schema registry of a case, with what its topics have before the first statement. Source: ksqlDB's functional test runner. */
import { EMPTY_METASTORE, putType } from '../../src/metastore/metastore.ts'
import type { PlanContext } from '../../src/plan/builder.ts'
import type { SchemaRegistration } from '../../src/plan/schema-registration.ts'
import { planCreateSource } from '../../src/plan/statements/create-source.ts'
import { planCreateType } from '../../src/plan/statements/custom-type.ts'
import { type SchemaDefinition, subjectOf } from '../../src/registry/schema-registry.ts'
import type { Side } from '../../src/serde/format.ts'
import type { Statement } from '../../src/sql/ast/statement.ts'
import { definitionOf, LocalSchemas } from '../../src/testing/local-schemas.ts'
import type { CaseSchema, CaseTopic } from './read-case.ts'

const SIDES: readonly Side[] = ['KEY', 'VALUE']

export class CaseSchemas extends LocalSchemas {
  readonly #referenced: CaseSchema['references'][number][] = []

  /** Registers what topics have before the first statement: schemas with an id of their own first. */
  prepare(topics: readonly CaseTopic[], derived: readonly SchemaRegistration[]): void {
    const given = topics.flatMap((topic) =>
      SIDES.flatMap((side) => {
        const schema = topic[side]
        return schema === null ? [] : [{ topic: topic.name, side, schema }]
      }),
    )
    for (const { topic, side, schema } of given) {
      if (schema.id !== null) this.add(subjectOf(topic, side), this.#definition(schema), schema.id)
    }
    const names = [...new Set([...given.map(({ topic }) => topic), ...derived.map(({ topic }) => topic)])]
    for (const topic of names.sort((a, b) => hashOrder(a) - hashOrder(b))) {
      for (const side of SIDES) {
        const own = given.find((one) => one.topic === topic && one.side === side)?.schema
        const other = derived.find((one) => one.topic === topic && one.side === side)
        if (own !== undefined) this.add(subjectOf(topic, side), this.#definition(own))
        else if (other !== undefined) this.add(other.subject, definitionOf(other))
      }
    }
    for (let next = this.#referenced.shift(); next !== undefined; next = this.#referenced.shift()) {
      this.add(next.name, this.#definition(next.schema))
    }
  }

  /** A referenced schema is registered under its own name, after those of the topics: it takes no id from them. */
  #definition({ type, text, references }: CaseSchema): SchemaDefinition {
    this.#referenced.push(...references)
    return { type, text, references: references.map(({ name }) => ({ name, subject: name, version: 1 })) }
  }
}

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
