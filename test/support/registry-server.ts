/** A server of Confluent's registry API over an in-process registry, as far as `HttpRegistry` uses it; its failures can be chosen. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { InProcessRegistry } from '../../src/registry/in-process/in-process-registry.ts'
import {
  type Compatibility,
  RegistryError,
  type SchemaDefinition,
  type SubjectVersion,
} from '../../src/registry/schema-registry.ts'

export interface RegistryServer {
  readonly url: string
  /** What came in: `GET /subjects`. */
  readonly requests: string[]
  /** The Authorization headers that came in. */
  readonly authorizations: (string | undefined)[]
  /** Answers with these statuses, one request each, before it works again. */
  readonly failures: number[]
  close(): Promise<void>
}

/** `tls`: its certificate; absent: without TLS. */
export async function startRegistryServer(
  registry: InProcessRegistry,
  tls: { readonly key: string; readonly cert: string } | null = null,
): Promise<RegistryServer> {
  const requests: string[] = []
  const authorizations: (string | undefined)[] = []
  const failures: number[] = []
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    requests.push(`${request.method} ${request.url}`)
    authorizations.push(request.headers.authorization)
    const failure = failures.shift()
    if (failure !== undefined) {
      send(response, failure, { error_code: failure * 100, message: 'chosen failure' })
      return
    }
    void answer(request, registry).then(
      ([status, body]) => send(response, status, body),
      (error: unknown) => sendError(response, error),
    )
  }
  const server = tls === null ? createServer(listener) : createTlsServer(tls, listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `${tls === null ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    authorizations,
    failures,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/vnd.schemaregistry.v1+json' })
  response.end(JSON.stringify(body))
}

function sendError(response: ServerResponse, error: unknown): void {
  const refusal = error instanceof RegistryError ? error : { status: 500, code: 50001, message: String(error) }
  send(response, refusal.status, { error_code: refusal.code, message: refusal.message })
}

type Answer = readonly [status: number, body: unknown]

const NOT_FOUND = (code: number, message: string): Answer => [404, { error_code: code, message }]

async function answer(request: IncomingMessage, registry: InProcessRegistry): Promise<Answer> {
  const { pathname } = new URL(request.url!, 'http://registry')
  const [root, ...rest] = pathname.slice(1).split('/').map(decodeURIComponent)
  const body = await jsonOf(request)
  switch (root) {
    case 'subjects':
      return answerSubjects(request.method!, rest, body, registry)
    case 'schemas': {
      const found = await registry.schemaById(Number(rest[1]))
      return found === null ? NOT_FOUND(40403, 'Schema not found') : [200, textOf(found)]
    }
    case 'compatibility': {
      const verdict = await registry.checkCompatibility(rest[1]!, definitionOf(body))
      return [200, { is_compatible: verdict.isCompatible, messages: verdict.messages }]
    }
    default:
      return answerConfig(request.method!, rest[0] ?? null, body, registry)
  }
}

async function answerSubjects(
  method: string,
  [subject, versionsPart, version]: readonly string[],
  body: RequestBody,
  registry: InProcessRegistry,
): Promise<Answer> {
  if (subject === undefined) return [200, await registry.subjects()]
  const versions = await registry.versions(subject)
  const missing = NOT_FOUND(40401, `Subject '${subject}' not found.`)
  if (method === 'DELETE') return versions.length === 0 ? missing : [200, await registry.deleteSubject(subject)]
  if (method === 'POST' && versionsPart !== undefined) {
    return [200, { id: await registry.register(subject, definitionOf(body)) }]
  }
  if (versions.length === 0) return missing
  if (method === 'POST') {
    const equal = await registry.find(subject, definitionOf(body))
    return equal === null ? NOT_FOUND(40403, 'Schema not found') : [200, versionOf(equal)]
  }
  if (version === undefined) return [200, versions]
  const found = await registry.version(subject, version === 'latest' ? version : Number(version))
  return found === null ? NOT_FOUND(40402, `Version ${version} not found.`) : [200, versionOf(found)]
}

async function answerConfig(
  method: string,
  subject: string | null,
  { compatibility }: RequestBody,
  registry: InProcessRegistry,
): Promise<Answer> {
  if (method === 'PUT') {
    await registry.setCompatibility(subject, compatibility!)
    return [200, { compatibility }]
  }
  return [200, { compatibilityLevel: await registry.compatibility(subject ?? '') }]
}

interface RequestBody {
  readonly schema?: string
  readonly schemaType?: SchemaDefinition['type']
  readonly references?: SchemaDefinition['references']
  readonly compatibility?: Compatibility
}

const definitionOf = ({ schema, schemaType, references }: RequestBody): SchemaDefinition => ({
  type: schemaType ?? 'AVRO',
  text: schema!,
  references: references ?? [],
})

const textOf = ({ type, text, references }: SchemaDefinition) => ({
  schema: text,
  ...(type !== 'AVRO' && { schemaType: type }),
  ...(references.length > 0 && { references }),
})

const versionOf = (found: SubjectVersion) => ({
  subject: found.subject,
  version: found.version,
  id: found.id,
  ...textOf(found),
})

async function jsonOf(request: IncomingMessage): Promise<RequestBody> {
  let text = ''
  for await (const part of request) text += part
  return text === '' ? {} : (JSON.parse(text) as RequestBody)
}
