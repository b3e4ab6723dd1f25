/** The OpenAPI document of the HTTP API, made of what the routes say about themselves. Source: OpenAPI Specification 3.1. */
import { JSON_TYPE } from '../media-types.ts'
import type { BodyShape } from '../request-body.ts'
import { bodySchema } from './body-schema.ts'
import { COMPONENTS } from './components.ts'
import { type Content, component, type JsonSchema, type Operation, TAGS } from './operation.ts'

/** A route that is part of the API. */
export interface DescribedRoute {
  readonly method: string
  /** As fastify writes it: `/status/:type`. */
  readonly url: string
  /** Absent: the route reads no body, or its operation describes the body. */
  readonly body?: BodyShape
  readonly operation: Operation
}

/** `version`: that of the server. */
export function openApiDocument(routes: readonly DescribedRoute[], version: string): JsonSchema {
  const paths: Record<string, Record<string, JsonSchema>> = {}
  for (const route of routes) {
    const path = route.url.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationObject(route) }
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Millrace',
      description:
        "A SQL stream processor over Kafka topics. The API is ksqlDB's; members that ksqlDB does not know say so.",
      version,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    security: [{ basic: [] }, {}],
    paths,
    components: {
      schemas: COMPONENTS,
      responses: { error: { description: 'The request was refused, or failed.', content: contentObject(ERROR) } },
      securitySchemes: {
        basic: { type: 'http', scheme: 'basic', description: 'Where the server has `authentication.method=BASIC`.' },
      },
    },
  }
}

const ERROR: Content = { [JSON_TYPE]: component('Error') }

function operationObject({ url, body, operation }: DescribedRoute): JsonSchema {
  const { id, tag, summary, description, answer } = operation
  const parameters = parametersOf(url, operation)
  const requestBody = requestBodyOf(body, operation)
  const { status = 200, content } = answer
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(requestBody === null ? {} : { requestBody }),
    responses: {
      [status]: {
        description: answer.description,
        ...(content === undefined ? {} : { content: contentObject(content) }),
      },
      default: { $ref: '#/components/responses/error' },
    },
  }
}

function parametersOf(url: string, { id, parameters = {}, query = {} }: Operation): JsonSchema[] {
  const schema = { type: 'string' }
  const inPath = [...url.matchAll(/:(\w+)/g)].map(([, name]) => {
    const description = parameters[name!]
    if (description === undefined) throw new Error(`The operation ${id} does not say what '${name}' is.`)
    return { name, in: 'path', required: true, description, schema }
  })
  const inQuery = Object.entries(query).map(([name, { description, isRequired }]) => {
    return { name, in: 'query', required: isRequired, description, schema }
  })
  return [...inPath, ...inQuery]
}

function requestBodyOf(shape: BodyShape | undefined, { body }: Operation): JsonSchema | null {
  if (body !== undefined) return { required: true, description: body.description, content: contentObject(body.content) }
  if (shape === undefined) return null
  return { required: true, content: contentObject({ [JSON_TYPE]: bodySchema(shape) }) }
}

const contentObject = (content: Content): JsonSchema =>
  Object.fromEntries(Object.entries(content).map(([type, schema]) => [type, { schema: schema ?? { type: 'string' } }]))
