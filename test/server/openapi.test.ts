import { globSync, readFileSync } from 'node:fs'
import { Validator } from '@seriousme/openapi-schema-validator'
import { beforeAll, describe, expect, it } from 'vitest'
import { type OpenApi, readOpenApi } from '../support/openapi.ts'

const ROOT = new URL('../..', import.meta.url)

/** Routes as their files register them, with their parameters in braces: `get /status/{type}`. Those of the console are no part of the API. */
const registered = globSync('src/server/routes/*.ts', { cwd: ROOT })
  .flatMap((file) =>
    [...readFileSync(new URL(file, ROOT), 'utf8').matchAll(/\.(get|post|put|delete)(?:<.*>)?\(\s*'([^']+)'/g)].map(
      ([, method, path]) => `${method} ${path!.replaceAll(/:(\w+)/g, '{$1}')}`,
    ),
  )
  .filter((route) => !route.startsWith('get /console'))

describe('GET /openapi.json', () => {
  let document: OpenApi
  beforeAll(async () => {
    document = await readOpenApi()
  })

  it('is a valid document of OpenAPI 3.1', async () => {
    const validator = new Validator()
    const { valid, errors } = await validator.validate({ ...document })
    expect(errors).toBeUndefined()
    expect(valid).toBe(true)
    expect(validator.version).toBe('3.1')
  })

  it('has every route that is registered, and the websocket', () => {
    const described = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method} ${path}`),
    )
    expect(registered.length).toBeGreaterThan(15)
    expect(described.toSorted()).toEqual([...registered, 'get /ws/query', 'get /ws/queries'].toSorted())
  })

  it('gives each operation a name of its own', () => {
    const ids = Object.values(document.paths).flatMap((operations) =>
      Object.values(operations).map(({ operationId }) => operationId),
    )
    expect(ids.length).toBe(new Set(ids).size)
  })

  it('refers only to components that it has', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g)]
    expect(references.length).toBeGreaterThan(10)
    for (const [, kind, name] of references) expect(document.components[kind!]).toHaveProperty(name!)
  })

  it('describes a body by the shape that the route reads', () => {
    const { requestBody } = document.paths['/ksql']!['post']!
    const { schema } = requestBody!.content['application/json']!
    expect(Object.keys(schema.properties)).toEqual([
      'ksql',
      'streamsProperties',
      'sessionVariables',
      'requestProperties',
      'commandSequenceNumber',
    ])
    expect(schema.required).toEqual(['ksql'])
  })
})
