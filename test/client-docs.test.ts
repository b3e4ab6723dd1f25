/**
 * The examples of docs/client.md, run in order against a server as one program would. The comments behind a call of `console.log` are what it
 * prints.
 */
import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { formatWithOptions } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import * as millraceClient from '../src/client/millrace-client.ts'
import { TestEngine, temporaryDirectory } from './support/engine.ts'
import { startTestServer, type TestServer } from './support/test-server.ts'

const page = readFileSync(new URL('../docs/client.md', import.meta.url), 'utf8')
const examples = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code!)

const directory = temporaryDirectory()
let engine: TestEngine
let server: TestServer
/** The client of the first example, which the others use. */
let client: unknown

beforeAll(async () => {
  engine = await TestEngine.open(directory.path)
  server = await startTestServer(engine.engine)
})

afterAll(async () => {
  await server.close()
  await engine.close()
  directory.remove()
})

const AsyncFunction = (async () => {}).constructor as new (
  ...texts: string[]
) => (...values: unknown[]) => Promise<unknown>

it.each(examples.map((code, index) => ({ number: index + 1, code })))('example $number', async ({ code }) => {
  const printed: string[] = []
  const log = (...values: unknown[]) => printed.push(formatWithOptions({ colors: false }, ...values))
  const source = stripTypeScriptTypes(code)
    .replaceAll(/^import \{(.*)\} from 'millrace\/client'$/gm, 'const {$1} = millraceClient')
    .replaceAll('http://localhost:8088', server.url)
  const declaresClient = /^const client = /m.test(source)
  const body = `${source}\nreturn client`
  const run = new AsyncFunction('millraceClient', 'console', ...(declaresClient ? [] : ['client']), body)
  client = await run(millraceClient, { log }, client)
  expect(printed).toEqual([...code.matchAll(/^\/\/ (.*)$/gm)].map(([, line]) => line))
})
