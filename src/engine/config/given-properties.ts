/**
 * The configuration that a server is given: a property file, the environment over it, and the command line over both. Each property keeps
 * its origin, so that a mistake is named with the place where it was made.
 */
import { HIDDEN, isKnownName, isPublic, settingHint, valueRefusal } from './check-setting.ts'
import { canonicalName, settingOf } from './config.ts'
import { parseProperties } from './properties-file.ts'

export interface GivenProperty {
  readonly name: string
  readonly value: string
  /** A file with a line, a variable of the environment, or an option. */
  readonly origin: string
}

/** What is wrong with given properties, in sentences that begin with the origin. */
export interface Faults {
  /** Names that have no effect. */
  readonly unknown: readonly string[]
  /** Values that do not fit their settings. */
  readonly invalid: readonly string[]
}

/** The properties of a file's text; `path` names it in messages. */
export const fileProperties = (text: string, path: string): GivenProperty[] =>
  parseProperties(text).map(({ name, value, line }) => ({ name, value, origin: `${path}:${line}` }))

/**
 * The properties that variables of the environment set, those named MILLRACE_ behind those named KSQL_, which they override. The rest of
 * the name is lower-cased, with `_` for a dot, `__` for an underscore and `___` for a hyphen: `KSQL_KSQL_SERVICE_ID` sets `ksql.service.id`.
 * After MILLRACE_ the prefix `millrace.` may be left out, and the names of options are taken, too. Empty variables are as if they were not set. Source: Confluent's images for ksqlDB.
 */
export function environmentProperties(environment: Readonly<Record<string, string | undefined>>): GivenProperty[] {
  const given = Object.entries(environment).filter(([, value]) => value !== undefined && value !== '')
  const withPrefix = (prefix: string, nameOf: (rest: string) => string) =>
    given
      .filter(([variable]) => variable.startsWith(prefix) && !LAUNCHER_VARIABLES.has(variable))
      .map(([variable, value]) => ({ name: nameOf(variable.slice(prefix.length)), value: value!, origin: variable }))
  return [...withPrefix('KSQL_', propertyName), ...withPrefix('MILLRACE_', ownPropertyName)]
}

/** Variables of the scripts that start ksqlDB's JVM. Source: ksqlDB's `ksql-run-class`. */
const LAUNCHER_VARIABLES: ReadonlySet<string> = new Set(
  ['CLASSPATH', 'CONFIG_DIR', 'DEBUG', 'DIR', 'GC_LOG_OPTS', 'HEAP_OPTS', 'HOME', 'JMX_OPTS', 'JVM_PERFORMANCE_OPTS']
    .concat(['LOG4J_DIR', 'LOG4J_LOGGERS', 'LOG4J_OPTS', 'LOG4J_ROOT_LOGLEVEL', 'OPTS', 'TOOLS_LOG4J_LOGLEVEL'])
    .map((name) => `KSQL_${name}`),
)

const SEPARATORS: Readonly<Record<string, string>> = { _: '.', __: '_', ___: '-' }

const propertyName = (text: string): string =>
  text.toLowerCase().replace(/_{1,3}/g, (underscores) => SEPARATORS[underscores]!)

/** Names of options of the command line, which are not those of their settings. */
const OPTION_NAMES: Readonly<Record<string, string>> = { listen: 'listeners', 'data.dir': 'state.dir' }

function ownPropertyName(text: string): string {
  const name = propertyName(text)
  if (Object.hasOwn(OPTION_NAMES, name)) return OPTION_NAMES[name]!
  return settingOf(`millrace.${name}`) === undefined ? name : `millrace.${name}`
}

/** The value in force for each name, in canonical form: that of the last property with the name. */
export const effectiveProperties = (given: readonly GivenProperty[]): Record<string, string> =>
  Object.fromEntries(given.map(({ name, value }) => [canonicalName(name), value]))

/** Checks names and values by the table of settings. The values of secrets are not shown. */
export function checkProperties(given: readonly GivenProperty[]): Faults {
  return {
    unknown: given.filter(({ name }) => !isKnownName(name)).map(unknownText),
    invalid: given.flatMap(({ name, value, origin }) => {
      const refusal = valueRefusal(name, value)
      return refusal === null ? [] : [`${origin}: ${refusal}`]
    }),
  }
}

const unknownText = ({ name, origin }: GivenProperty): string =>
  `${origin}: There is no setting ${name}.${settingHint(name)}`

/** Names with values for the log. */
export const shownProperties = (given: readonly GivenProperty[]): Record<string, string> =>
  Object.fromEntries(
    Object.entries(effectiveProperties(given)).map(([name, value]) => [name, isPublic(name) ? value : HIDDEN]),
  )
