/**
 * The schema registry port: versions of schemas under subjects, and schemas by id. `http/` speaks to a server with Confluent's API,
 * `in-process/` keeps everything in this process; one contract suite checks both.
 *
 * A topic's schemas are the subjects `<topic>-key` and `<topic>-value`. A registry gives equal schemas one id; ids are not dense, and
 * versions of a subject ascend.
 */

export type SchemaType = 'AVRO' | 'PROTOBUF' | 'JSON'

/** A part of a schema that is registered by itself. `name` is what the text calls it: an Avro full name, a .proto path, a JSON `$ref`. */
export interface SchemaReference {
  readonly name: string
  readonly subject: string
  readonly version: number
}

export interface SchemaDefinition {
  readonly type: SchemaType
  readonly text: string
  readonly references: readonly SchemaReference[]
}

export interface SubjectVersion extends SchemaDefinition {
  readonly subject: string
  readonly version: number
  readonly id: number
}

export interface CompatibilityVerdict {
  readonly isCompatible: boolean
  /** The registry's reasons why not. */
  readonly messages: readonly string[]
}

export type Compatibility =
  | 'NONE'
  | 'BACKWARD'
  | 'BACKWARD_TRANSITIVE'
  | 'FORWARD'
  | 'FORWARD_TRANSITIVE'
  | 'FULL'
  | 'FULL_TRANSITIVE'

/** Methods reject with RegistryError. What is not there is null or empty, not an error. */
export interface SchemaRegistry {
  /** Subjects that are not deleted, ascending by name. */
  subjects(): Promise<readonly string[]>
  /** Versions of a subject that are not deleted, ascending. */
  versions(subject: string): Promise<readonly number[]>
  /** Null: there is no such subject or version. */
  version(subject: string, version: number | 'latest'): Promise<SubjectVersion | null>
  /** Null: no schema has this id. Deleted subjects keep their ids, so that records written before can be read. */
  schemaById(id: number): Promise<SchemaDefinition | null>
  /**
   * Gives the schema's id under `subject`, after adding a version unless the subject has an equal one. Rejects with `INCOMPATIBLE` if the
   * subject's compatibility rule forbids it, `INVALID` if the registry cannot read the schema.
   */
  register(subject: string, schema: SchemaDefinition): Promise<number>
  /** The version of the subject that equals `schema`; null: none. */
  find(subject: string, schema: SchemaDefinition): Promise<SubjectVersion | null>
  /** Whether `register` would accept the schema. A subject without versions accepts every valid schema. */
  checkCompatibility(subject: string, schema: SchemaDefinition): Promise<CompatibilityVerdict>
  /** The rule in force for the subject: its own, else that of the registry. */
  compatibility(subject: string): Promise<Compatibility>
  /** `subject` null: for all subjects without a rule of their own. */
  setCompatibility(subject: string | null, rule: Compatibility): Promise<void>
  /** Deletes the subject softly: its schemas can still be found by id. No effect if it does not exist. Gives the deleted versions. */
  deleteSubject(subject: string): Promise<readonly number[]>
  close(): Promise<void>
}

export type RegistryErrorKind = 'INCOMPATIBLE' | 'INVALID' | 'UNAUTHORIZED' | 'UNAVAILABLE' | 'FAILED'

export interface RegistryErrorOptions {
  readonly kind: RegistryErrorKind
  /** HTTP status of the answer; 0: there was none. */
  readonly status?: number
  /** The registry's `error_code`; 0: none. */
  readonly code?: number
  readonly cause?: unknown
}

/** Why a registry did not do what was wanted; the message is the registry's own where it gave one. */
export class RegistryError extends Error {
  readonly kind: RegistryErrorKind
  readonly status: number
  readonly code: number

  constructor(message: string, { kind, status = 0, code = 0, cause }: RegistryErrorOptions) {
    super(message, { cause })
    this.name = 'RegistryError'
    this.kind = kind
    this.status = status
    this.code = code
  }

  /** Whether the same call may succeed later. */
  get isRetriable(): boolean {
    return this.kind === 'UNAVAILABLE'
  }
}

/** The subject of one side of a topic (Confluent's TopicNameStrategy). */
export const subjectOf = (topic: string, side: 'KEY' | 'VALUE'): string => `${topic}-${side.toLowerCase()}`
