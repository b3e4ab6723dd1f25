/** Requests to the server that this page came from. The browser adds the user and password that it was given for the page. */
import type { Entity } from '../../engine/describe/entities.ts'
import { ServerError } from './server-error.ts'

/** What statements of one tab share. */
export interface SessionValues {
  readonly properties: Readonly<Record<string, string>>
  readonly variables: Readonly<Record<string, string>>
}

export const NO_VALUES: SessionValues = { properties: {}, variables: {} }

interface RequestOptions {
  readonly signal?: AbortSignal
}

/** Rejects with a ServerError, or with the reason of an aborted signal. */
export async function send(path: string, init: RequestInit): Promise<Response> {
  let response: Response
  try {
    response = await fetch(path, init)
  } catch (error) {
    if (init.signal?.aborted === true) throw error
    throw ServerError.unreachable(error)
  }
  if (!response.ok) throw await ServerError.from(response)
  return response
}

/** The answers of statements that are not queries. Rejects with a ServerError. */
export async function execute(
  sql: string,
  { properties, variables }: SessionValues = NO_VALUES,
  { signal }: RequestOptions = {},
): Promise<Entity[]> {
  const body = JSON.stringify({ ksql: sql, streamsProperties: properties, sessionVariables: variables })
  const response = await send('/ksql', { method: 'POST', body, ...(signal && { signal }) })
  return (await response.json()) as Entity[]
}

/** Rejects with a ServerError. */
export async function getJson<Body>(path: string, { signal }: RequestOptions = {}): Promise<Body> {
  const response = await send(path, { headers: { accept: 'application/json' }, ...(signal && { signal }) })
  return (await response.json()) as Body
}

/** The answer of this type to a statement that has exactly one. Rejects with a ServerError. */
export async function ask<Type extends Entity['@type']>(
  sql: string,
  type: Type,
  options: RequestOptions = {},
): Promise<Extract<Entity, { '@type': Type }>> {
  const entities = await execute(sql, NO_VALUES, options)
  const found = entities.find((entity) => entity['@type'] === type)
  if (found === undefined) throw new Error(`The server answered ${sql} without ${type}.`)
  return found as Extract<Entity, { '@type': Type }>
}
