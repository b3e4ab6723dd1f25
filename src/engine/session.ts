/** The settings and variables that SET, UNSET, DEFINE and UNDEFINE change. They last as long as the request. */
import { RequestError, StatementError } from '../errors.ts'
import { type Config, canonicalName } from './config/config.ts'
import { checkOverride, checkPropertyAllowed, settingRefusal } from './config/overrides.ts'
import type { Caller, QueryRequest } from './requests.ts'

const ANYBODY: Caller = { isPeer: false, authorization: undefined }

/** Overrides and variables of one request, over the server's configuration. */
export class Session {
  readonly caller: Caller
  readonly #server: Config
  readonly #overrides: Map<string, string>
  readonly #variables: Map<string, string>

  constructor(
    server: Config,
    overrides: ReadonlyMap<string, string> = new Map(),
    variables = new Map<string, string>(),
    caller = ANYBODY,
  ) {
    this.caller = caller
    this.#server = server
    this.#overrides = new Map(overrides)
    this.#variables = variables
  }

  /** Throws RequestError for a property that may not be set. */
  static open(server: Config, request: Omit<QueryRequest, 'sql'>): Session {
    const { properties = {}, variables = {}, isPeer = false, authorization, onIgnoredProperty } = request
    const session = new Session(server, new Map(), new Map(), { isPeer, authorization })
    for (const [name, value] of Object.entries(properties)) {
      if (value === null) continue
      const refusal = onIgnoredProperty === undefined ? null : settingRefusal(name)
      if (refusal !== null) {
        checkPropertyAllowed(name, server)
        onIgnoredProperty?.(refusal)
        continue
      }
      try {
        session.set(name, String(value))
      } catch (error) {
        if (!(error instanceof StatementError)) throw error
        throw new RequestError('BAD_REQUEST', error.message, { cause: error })
      }
    }
    for (const [name, value] of Object.entries(variables)) session.define(name, value)
    return session
  }

  /** The configuration in force. */
  get config(): Config {
    return this.#server.with(this.#overrides)
  }

  get overrides(): ReadonlyMap<string, string> {
    return this.#overrides
  }

  /** Values by name in upper case. */
  get variables(): ReadonlyMap<string, string> {
    return this.#variables
  }

  copy(): Session {
    return new Session(this.#server, this.#overrides, new Map(this.#variables), this.caller)
  }

  /** Throws StatementError for a property that may not be set, or not to this value. */
  set(name: string, value: string): void {
    const override = checkOverride(name, value, this.#server)
    this.#overrides.set(override.name, override.value)
  }

  unset(name: string): void {
    this.#overrides.delete(canonicalName(name))
  }

  define(name: string, value: string): void {
    this.#variables.set(name.toUpperCase(), value)
  }

  /** Returns false if there was no such variable. */
  undefine(name: string): boolean {
    return this.#variables.delete(name.toUpperCase())
  }
}
