/**
 * A command of ksqlDB's command topic. The key is `"type/entity/action"` as a JSON text, the value an object with `statement`,
 * `streamsProperties` (what the session had set), `originalProperties`, `plan` and `version`. Source: ksqlDB's `Command` and `CommandId`.
 */

export interface RecordedCommand {
  /** `stream/S/create`. */
  readonly id: string
  readonly statement: string
  /** Settings of the session that sent it. */
  readonly overrides: Readonly<Record<string, string>>
  /** The query that it started; null: none. */
  readonly queryId: string | null
}

/** Null for a record that is no command: one without value, or ksqlDB's migration marker. */
export function readRecorded(key: string | null, value: string | null): RecordedCommand | null {
  const command = jsonObject(value)
  const statement = command?.['statement']
  if (key === null || typeof statement !== 'string') return null
  const plan = objectOf(command?.['plan'])
  const queryId = objectOf(plan?.['queryPlan'])?.['queryId']
  return {
    id: idText(key),
    statement: statement.trim(),
    overrides: texts(command?.['streamsProperties']),
    queryId: typeof queryId === 'string' ? queryId : null,
  }
}

function idText(key: string): string {
  try {
    const id: unknown = JSON.parse(key)
    return typeof id === 'string' ? id : key
  } catch {
    return key
  }
}

function jsonObject(text: string | null): Readonly<Record<string, unknown>> | undefined {
  try {
    return objectOf(JSON.parse(text ?? 'null'))
  } catch {
    return undefined
  }
}

const objectOf = (value: unknown): Readonly<Record<string, unknown>> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined

function texts(value: unknown): Record<string, string> {
  const entries = Object.entries(objectOf(value) ?? {})
  return Object.fromEntries(entries.filter(([, one]) => one !== null).map(([name, one]) => [name, String(one)]))
}
