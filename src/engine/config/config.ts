/** The configuration in force: a request's overrides take precedence over the server's file, and both over the defaults. */
import { SERVER_SETTINGS } from './server-settings.ts'
import type { Setting } from './setting.ts'
import { STREAMS_SETTINGS } from './streams-settings.ts'

const STREAMS_PREFIX = 'ksql.streams.'

/** Values by canonical name: without `ksql.streams.`. */
export type Overrides = ReadonlyMap<string, string>

/** Settings by name, in one of the three layers: a server's own configuration, or that of a request over it. */
export interface Config {
  /** Value of a name, with or without `ksql.streams.`; its default, or undefined. */
  readonly get: (name: string) => string | undefined
  /** As `get`, for settings that have a default. Throws an Error if there is no value. */
  readonly number: (name: string) => number
  readonly flag: (name: string) => boolean
  /** What the server was started with, by canonical name. */
  readonly server: Overrides
  /** This configuration with a request's overrides. */
  readonly with: (overrides: Overrides) => Config
}

/** The name without `ksql.streams.`. */
export const canonicalName = (name: string): string =>
  name.startsWith(STREAMS_PREFIX) ? name.slice(STREAMS_PREFIX.length) : name

/** The configuration of a server that was started with `properties`. */
export function createConfig(properties: Readonly<Record<string, string>>): Config {
  const server = new Map(Object.entries(properties).map(([name, value]) => [canonicalName(name), value]))
  return configOver(server, new Map())
}

function configOver(server: Overrides, overrides: Overrides): Config {
  const get = (name: string): string | undefined => {
    const canonical = canonicalName(name)
    return overrides.get(canonical) ?? server.get(canonical) ?? settingOf(canonical)?.default ?? undefined
  }
  const need = (name: string): string => {
    const value = get(name)
    if (value === undefined) throw new Error(`Configuration ${name} has no value`)
    return value
  }
  return {
    get,
    number: (name) => Number(need(name)),
    flag: (name) => need(name).toLowerCase() === 'true',
    server,
    with: (added) => configOver(server, new Map([...overrides, ...added])),
  }
}

/** The table's entry for a name; undefined: the name is not in the table, but may have one of the open prefixes. */
export function settingOf(canonical: string): Setting | undefined {
  if (Object.hasOwn(SERVER_SETTINGS, canonical)) return SERVER_SETTINGS[canonical]
  return Object.hasOwn(STREAMS_SETTINGS, canonical) ? STREAMS_SETTINGS[canonical] : undefined
}

/** Whether the value of a setting must be neither shown nor stored. */
export const isSecret = (name: string): boolean =>
  /password|secret|jaas|credential|token|basic\.auth|private|(^|\.)(ssl|tls)\..*key$/i.test(name)
