// The OpenAPI document of a server, with the members that tests look at.

import { FakeEngine } from './fake-engine.ts'
import { startTestServer } from './test-server.ts'

export interface OpenApi {
  readonly openapi: string
  readonly paths: Readonly<
    Record<
      string,
      Readonly<
        Record<
          string,
          {
            readonly operationId: string
            readonly requestBody?: {
              readonly content: Readonly<
                Record<
                  string,
                  { readonly schema: { readonly properties: object; readonly required: readonly string[] } }
                >
              >
            }
          }
        >
      >
    >
  >
  readonly components: Readonly<Record<string, object>>
}

export async function readOpenApi(): Promise<OpenApi> {
  const server = await startTestServer(new FakeEngine())
  try {
    return (await (await fetch(`${server.url}/openapi.json`)).json()) as OpenApi
  } finally {
    await server.close()
  }
}
