/**
 * Values that come from outside a statement: `${env:NAME}`, a variable of the server's environment; `${file:/path:key}`, a key of a
 * property file or, without a key, the whole file; and `${secret:name:key}`, a value of CREATE SECRET. The notation is that of Kafka's `EnvVarConfigProvider`, `FileConfigProvider` and
 * `DirectoryConfigProvider` (KIP-297, KIP-887). Which variables and files a statement may name is up to the operator.
 */
import { readFileSync } from 'node:fs'
import type { FilePaths } from './file-paths.ts'
import type { SealedSecret, SecretVault } from './secret-vault.ts'

export interface Reference {
  readonly provider: string
  /** What is behind the first colon. */
  readonly path: string
}

export type SecretReader = (reference: Reference) => { readonly value: string } | { readonly problem: string }

const REFERENCE = /\$\{([a-z]+):([^}]*)\}/g

/** Whether the value holds a reference. */
export const isReference = (value: string): boolean => value.search(REFERENCE) >= 0

/** The names of stored secrets that the values refer to. */
export const secretNames = (values: Iterable<string>): string[] => [
  ...new Set(
    [...values].flatMap((value) =>
      [...value.matchAll(REFERENCE)].flatMap(([, provider, path]) =>
        provider === 'secret' ? [storedReference(path!).name] : [],
      ),
    ),
  ),
]

/** Name and key of `name:key`, or of `name` alone. Names are upper case, as those of all things that SQL names; keys are lower case. */
function storedReference(path: string): { readonly name: string; readonly key: string | null } {
  const colon = path.indexOf(':')
  return colon < 0
    ? { name: path.toUpperCase(), key: null }
    : { name: path.slice(0, colon).toUpperCase(), key: path.slice(colon + 1).toLowerCase() }
}

/** The value with each reference replaced. */
export const withoutReferences = (value: string, resolve: (reference: Reference) => string): string =>
  value.replaceAll(REFERENCE, (_, provider: string, path: string) => resolve({ provider, path }))

export interface SecretSources {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** What the name of a variable begins with that a statement may read. */
  readonly environmentPrefix: string
  /** Where files are that a statement may read. */
  readonly files: FilePaths
  readonly stored: StoredSecrets
}

export interface StoredSecrets {
  /** Null: this server has no key. */
  readonly vault: SecretVault | null
  /** Undefined: there is no secret of the name. */
  readonly sealed: (name: string) => SealedSecret | undefined
}

export const NO_STORED_SECRETS: StoredSecrets = { vault: null, sealed: () => undefined }

/** Longest file of secrets. */
const MAX_BYTES = 1 << 20

/** Reads what references stand for. Problems name the reference and say what to do; they never hold a value. */
export function secretReader({ environment, environmentPrefix, files, stored }: SecretSources): SecretReader {
  return ({ provider, path }) => {
    if (provider === 'env') return readVariable(path, environment, environmentPrefix)
    if (provider === 'file') return readFromFile(path, files)
    if (provider === 'secret') return readStored(path, stored)
    return {
      problem: `There is no provider '${provider}'. References are \${env:NAME}, \${file:/path:key} and \${secret:name:key}.`,
    }
  }
}

/** Problems name no keys of the secret: its author may have taken a value for one. */
function readStored(path: string, secrets: StoredSecrets): ReturnType<SecretReader> {
  const { name, key } = storedReference(path)
  const stored = secrets.sealed(name)
  if (stored === undefined) return { problem: `There is no secret ${name}.` }
  if (secrets.vault === null) return { problem: NO_KEY }
  const opened = secrets.vault.open(name, stored)
  if ('problem' in opened) return opened
  const values = Object.values(opened.values)
  if (key === null && values.length === 1) return { value: values[0]! }
  if (key === null) {
    return {
      problem: `The secret ${name} has ${values.length} keys: write which, as \${secret:${name.toLowerCase()}:key}.`,
    }
  }
  const value = opened.values[key]
  return value === undefined ? { problem: `The secret ${name} has no key '${key}'.` } : { value }
}

/** Why secrets can be neither stored nor read. */
export const NO_KEY =
  'This server has no key for secrets. Make one with `openssl rand -base64 32`, put it into a file that only the server can read, and name ' +
  'the file in millrace.secrets.key.file, on all servers of the cluster.'

function readVariable(name: string, environment: SecretSources['environment'], prefix: string) {
  if (!name.startsWith(prefix)) {
    return { problem: `Connectors may read variables that begin with ${prefix}, which ${name} does not.` }
  }
  const value = environment[name]
  return value === undefined ? { problem: `The server's environment has no variable ${name}.` } : { value }
}

function readFromFile(reference: string, files: FilePaths) {
  const colon = reference.lastIndexOf(':')
  const [path, key] = colon < 0 ? [reference, null] : [reference.slice(0, colon), reference.slice(colon + 1)]
  const allowed = files.resolve(path)
  if ('problem' in allowed) return allowed
  let text: string
  try {
    text = readFileSync(allowed.path, 'utf8')
  } catch (error) {
    return { problem: `The file ${path} cannot be read: ${(error as NodeJS.ErrnoException).code}.` }
  }
  if (text.length > MAX_BYTES) return { problem: `The file ${path} is too long for a file of secrets.` }
  if (key === null) return { value: text.replace(/\r?\n$/, '') }
  const value = propertyOf(text, key)
  return value === undefined ? { problem: `The file ${path} has no key ${key}.` } : { value }
}

/** A value of a property file: lines of `key=value`, `#` and `!` for comments. */
function propertyOf(text: string, key: string): string | undefined {
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*([^#!=:\s][^=:\s]*)\s*[=:\s]\s*(.*)$/.exec(line)
    if (match?.[1] === key) return match[2]!.trimEnd()
  }
  return undefined
}
