/**
 * A schema registry over Confluent's REST API (Schema Registry API reference, v7), as Confluent's own server, Apicurio's `ccompat/v7` and
 * others speak it. They differ in error codes: a missing subject is 40401, 40402, 40408 or 404 alone, an unfit schema 422 or 500.
 */
import type { Timer } from '../../clock.ts'
import {
  basicAuthorization,
  type JsonAnswer,
  type JsonRequest,
  JsonRequests,
  ServiceUnavailable,
} from '../../http/json-requests.ts'
import type { HttpRegistryOptions, RegistryCredentials } from '../registry-options.ts'
import { avroRules } from '../rules/avro-rules.ts'
import {
  type Compatibility,
  type CompatibilityVerdict,
  RegistryError,
  type RegistryErrorKind,
  type SchemaDefinition,
  type SchemaReference,
  type SchemaRegistry,
  type SchemaType,
  type SubjectVersion,
} from '../schema-registry.ts'

const MEDIA_TYPE = 'application/vnd.schemaregistry.v1+json'
const ROUNDS = 3
const LONGEST_PAUSE_MS = 1000
/** Answers that another server, or the same one later, may change. 500 is not among them: some registries give it for a bad schema. */
const PASSING: ReadonlySet<number> = new Set([408, 429, 502, 503, 504])

/** Members of an answer; any may be missing. */
interface Answer {
  readonly version?: number
  readonly id?: number
  readonly schema?: string
  readonly schemaType?: string
  readonly references?: readonly SchemaReference[] | null
  readonly is_compatible?: boolean
  readonly messages?: readonly string[]
  readonly compatibilityLevel?: Compatibility
  readonly compatibility?: Compatibility
  readonly error_code?: number
  readonly message?: string
}

export interface HttpRegistrySurroundings {
  readonly timer: Timer
  /** In [0, 1); spreads retries. */
  readonly random: () => number
}

export class HttpRegistry implements SchemaRegistry {
  readonly #requests: JsonRequests

  constructor({ urls, credentials, tls, timeoutMs }: HttpRegistryOptions, { timer, random }: HttpRegistrySurroundings) {
    const headers = credentials === null ? {} : { authorization: authorizationOf(credentials) }
    this.#requests = new JsonRequests({
      service: 'schema registry',
      urls: urls.map((url) => url.replace(/\/+$/, '')),
      headers: () => headers,
      mediaType: MEDIA_TYPE,
      tls,
      timeoutMs,
      rounds: () => ROUNDS,
      longestPauseMs: LONGEST_PAUSE_MS,
      isPassing: ({ status }) => PASSING.has(status),
      timer,
      random,
    })
  }

  async subjects(): Promise<readonly string[]> {
    return ((await this.#found({ method: 'GET', path: '/subjects' })) as readonly string[] | null) ?? []
  }

  async versions(subject: string): Promise<readonly number[]> {
    const found = await this.#found({ method: 'GET', path: `${subjectPath(subject)}/versions` })
    return (found as readonly number[] | null) ?? []
  }

  async version(subject: string, version: number | 'latest'): Promise<SubjectVersion | null> {
    const found = await this.#found({ method: 'GET', path: `${subjectPath(subject)}/versions/${version}` })
    return found === null ? null : subjectVersion(found as Answer, subject)
  }

  async schemaById(id: number): Promise<SchemaDefinition | null> {
    const found = await this.#found({ method: 'GET', path: `/schemas/ids/${id}` })
    return found === null ? null : definition(found as Answer)
  }

  async register(subject: string, schema: SchemaDefinition): Promise<number> {
    const answer = await this.#send({
      method: 'POST',
      path: `${subjectPath(subject)}/versions`,
      body: bodyOf(schema),
    })
    const { id } = accepted(answer) as Answer
    if (typeof id === 'number') return id
    throw new RegistryError(`The schema registry gave no id for a schema of ${subject}: ${answer.text}`, {
      kind: 'FAILED',
      status: answer.status,
    })
  }

  async find(subject: string, schema: SchemaDefinition): Promise<SubjectVersion | null> {
    const found = await this.#found({ method: 'POST', path: subjectPath(subject), body: bodyOf(schema) })
    return found === null ? null : subjectVersion({ ...bodyOf(schema), ...(found as Answer) }, subject)
  }

  async checkCompatibility(subject: string, schema: SchemaDefinition): Promise<CompatibilityVerdict> {
    const path = `/compatibility${subjectPath(subject)}/versions/latest?verbose=true`
    const found = (await this.#found({ method: 'POST', path, body: bodyOf(schema) })) as Answer | null
    return { isCompatible: found?.is_compatible ?? true, messages: found?.messages ?? [] }
  }

  /** Some registries answer 404 for a subject without a rule although the default was wanted. */
  async compatibility(subject: string): Promise<Compatibility> {
    const path = `/config/${encodeURIComponent(subject)}?defaultToGlobal=true`
    const own = (await this.#found({ method: 'GET', path })) as Answer | null
    const found = own ?? ((await this.#found({ method: 'GET', path: '/config' })) as Answer | null)
    return found?.compatibilityLevel ?? found?.compatibility ?? 'NONE'
  }

  async setCompatibility(subject: string | null, rule: Compatibility): Promise<void> {
    const path = subject === null ? '/config' : `/config/${encodeURIComponent(subject)}`
    accepted(await this.#send({ method: 'PUT', path, body: { compatibility: rule } }))
  }

  async deleteSubject(subject: string): Promise<readonly number[]> {
    const deleted = await this.#found({ method: 'DELETE', path: subjectPath(subject) })
    return (deleted as readonly number[] | null) ?? []
  }

  async close(): Promise<void> {
    this.#requests.close()
  }

  /** The answer; null: what it requests is not there. */
  async #found(request: JsonRequest): Promise<unknown> {
    const answer = await this.#send(request)
    return answer.status === 404 ? null : accepted(answer)
  }

  async #send(request: JsonRequest): Promise<JsonAnswer> {
    try {
      return await this.#requests.send(request)
    } catch (error) {
      if (!(error instanceof ServiceUnavailable)) throw error
      const { message, status, cause } = error
      throw new RegistryError(message, { kind: 'UNAVAILABLE', status, cause })
    }
  }
}

const subjectPath = (subject: string): string => `/subjects/${encodeURIComponent(subject)}`

/** AVRO is what a missing `schemaType` means, and what the oldest servers know. */
const bodyOf = ({ type, text, references }: SchemaDefinition) => ({
  schema: text,
  ...(type !== 'AVRO' && { schemaType: type }),
  ...(references.length > 0 && { references }),
})

function subjectVersion(answer: Answer, subject: string): SubjectVersion {
  const { id, version } = answer
  if (typeof id !== 'number' || typeof version !== 'number') throw unreadable(answer)
  return { ...definition(answer), subject, version, id }
}

function definition(answer: Answer): SchemaDefinition {
  const { schema, references } = answer
  if (typeof schema !== 'string') throw unreadable(answer)
  const named = (references ?? []).map(({ name, subject, version }) => ({ name, subject, version }))
  return { type: typeOf(answer, schema), text: schema, references: named }
}

const unreadable = (answer: Answer): RegistryError =>
  new RegistryError(`The schema registry's answer is no schema: ${JSON.stringify(answer)}`, { kind: 'FAILED' })

/** Some servers omit `schemaType` for other languages than Avro, too. */
function typeOf({ schemaType }: Answer, text: string): SchemaType {
  if (schemaType === 'PROTOBUF' || schemaType === 'JSON') return schemaType
  if (schemaType !== undefined || isAvro(text)) return 'AVRO'
  return text.trimStart().startsWith('{') ? 'JSON' : 'PROTOBUF'
}

/** With references its names cannot be resolved here, which makes it no other language. */
function isAvro(text: string): boolean {
  try {
    avroRules.normalize(text, {})
    return true
  } catch (error) {
    return error instanceof Error && error.message.startsWith('Undefined name')
  }
}

/** The answer's document. Throws RegistryError for a refusal, with the registry's words. */
function accepted({ status, json, text }: JsonAnswer): unknown {
  if (status >= 200 && status < 300 && json !== undefined) return json
  const { error_code: code = 0, message } = (json ?? {}) as Answer
  const said = message ?? (text.trim() === '' ? `it answers ${status}` : text.trim())
  throw new RegistryError(said, { kind: kindOf(status, code), status, code })
}

function kindOf(status: number, code: number): RegistryErrorKind {
  if (status === 409) return 'INCOMPATIBLE'
  if (status === 401 || status === 403) return 'UNAUTHORIZED'
  return status === 422 || code === 42201 || status === 400 ? 'INVALID' : 'FAILED'
}

const authorizationOf = (credentials: RegistryCredentials): string =>
  credentials.kind === 'bearer'
    ? `Bearer ${credentials.token}`
    : basicAuthorization(credentials.user, credentials.password)
