/** What a route says about itself, beside its path and the shape of its body; GET /openapi.json is made of it. */
import { JSON_TYPE, KSQL_JSON } from '../media-types.ts'

/** JSON Schema, draft 2020-12, as OpenAPI 3.1 uses it. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** A body by its media types. Null: any text. */
export type Content = Readonly<Record<string, JsonSchema | null>>

/** Source: OpenAPI 3.1, Operation Object. */
export interface Operation {
  /** A name for functions of generated clients. */
  readonly id: string
  readonly tag: Tag
  readonly summary: string
  readonly description?: string
  /** What the parameters of the path mean, by name. */
  readonly parameters?: Readonly<Record<string, string>>
  /** Parameters of the query string, by name. */
  readonly query?: Readonly<Record<string, QueryParameter>>
  /** The body, where it is not one JSON object; the schema of the route has the shape of such an object. */
  readonly body?: { readonly description: string; readonly content: Content }
  /** What the route answers when it succeeds. */
  readonly answer: {
    /** Default: 200. */
    readonly status?: number
    readonly description: string
    readonly content?: Content
  }
}

export interface QueryParameter {
  readonly description: string
  readonly isRequired: boolean
}

/** Groups of routes, in the order of the document. */
export const TAGS = {
  Statements: 'Statements that create, change and list.',
  Queries: 'SELECT and PRINT.',
  Inserts: 'Rows into streams and tables.',
  State: 'State of the server and of its cluster.',
  Cluster: 'Requests between the servers of a cluster.',
} as const satisfies Readonly<Record<string, string>>

export type Tag = keyof typeof TAGS

declare module 'fastify' {
  interface FastifySchema {
    /** Absent: the route is not part of the API, and the document leaves it out. */
    readonly operation?: Operation
  }
}

/** JSON under both types that ksqlDB's clients accept. */
export const json = (schema: JsonSchema): Content => ({ [KSQL_JSON]: schema, [JSON_TYPE]: schema })

/** A schema among the document's components. */
export const component = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` })
