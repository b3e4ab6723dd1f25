/** The configuration in force: a request's overrides take precedence over the server's file, and both over the defaults. */
import { RequestError, StatementError } from '../../errors.ts'
import { OPEN_PREFIXES, SERVER_PREFIXES, SERVER_SETTINGS, type Setting, STREAMS_SETTINGS } from './settings.ts'

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
  /password|secret|jaas|credential|token|basic\.auth|private|^(ssl|tls)\..*key$/i.test(name)

/** The name and value under which an override is kept. Throws StatementError for a property that a request may not set. */
export function checkOverride(name: string, value: string, config: Config): { name: string; value: string } {
  const canonical = canonicalName(name)
  const refusal = settingRefusal(name)
  if (refusal !== null) throw new StatementError(refusal)
  refuseListed(canonical, config)
  const setting = settingOf(canonical)
  if (setting !== undefined) checkValue(canonical, value, setting)
  return { name: canonical, value }
}

/** Why no request can set `name`: it is unknown, or the server's own; null: requests can set it. */
export function settingRefusal(name: string): string | null {
  const canonical = canonicalName(name)
  const setting = settingOf(canonical)
  if (setting === undefined && !isOpen(name) && !isServerOwn(canonical)) {
    return `Not recognizable as ksql, streams, consumer, or producer property: '${name}'. SHOW PROPERTIES lists the known ones.`
  }
  if (setting?.editable === false || (setting === undefined && isServerOwn(canonical))) {
    return `Cannot override property '${name}'. It is set in the server's configuration.`
  }
  return null
}

const isOpen = (name: string): boolean => OPEN_PREFIXES.some((prefix) => name.startsWith(prefix))
const isServerOwn = (name: string): boolean => SERVER_PREFIXES.some((prefix) => name.startsWith(prefix))

/** Throws RequestError if clients may not set the property. */
export function checkPropertyAllowed(name: string, config: Config): void {
  try {
    refuseListed(canonicalName(name), config)
  } catch (error) {
    throw new RequestError('BAD_REQUEST', (error as Error).message, { cause: error })
  }
}

function refuseListed(canonical: string, config: Config): void {
  const names = (list: string) =>
    (config.get(list) ?? '')
      .split(',')
      .map((entry) => canonicalName(entry.trim()))
      .filter((entry) => entry !== '')
  const allowing = config.get('ksql.properties.overrides.validation.mode') === 'allowlist'
  const list = allowing ? 'ksql.properties.overrides.allowlist' : 'ksql.properties.overrides.denylist'
  const listed = names(list).includes(canonical)
  if (listed !== allowing) {
    throw new StatementError(
      `One or more properties overrides set locally are prohibited by the KSQL server: [${canonical}]`,
    )
  }
}

function checkValue(name: string, value: string, { kind }: Setting): void {
  if (name === 'auto.offset.reset' && !OFFSET_RESETS.has(value.toLowerCase())) {
    throw invalidValue(name, value, "It is 'earliest' or 'latest'.")
  }
  if (name === 'processing.guarantee' && !GUARANTEES.has(value.toLowerCase())) {
    throw invalidValue(name, value, "It is 'at_least_once' or 'exactly_once_v2'.")
  }
  if (kind === 'boolean' && !['true', 'false', ''].includes(value.toLowerCase())) {
    throw invalidValue(name, value, "It is 'true' or 'false'.")
  }
  if (kind === 'number' && (value.trim() === '' || !Number.isFinite(Number(value)))) {
    throw invalidValue(name, value, 'It is a number.')
  }
}

const OFFSET_RESETS = new Set(['earliest', 'latest'])
const GUARANTEES = new Set(['at_least_once', 'exactly_once_v2', 'exactly_once'])

const invalidValue = (name: string, value: string, advice: string): StatementError =>
  new StatementError(`Invalid value ${value} for configuration ${name}. ${advice}`)
