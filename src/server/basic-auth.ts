/** Basic authentication (RFC 7617) against the users of a file. */
import { createHash, timingSafeEqual } from 'node:crypto'

export interface BasicAuthConfig {
  readonly realm: string
  /** Passwords by user. */
  readonly users: ReadonlyMap<string, string>
  /** Paths that need no user; `*` stands for any characters. */
  readonly skipPaths: readonly string[]
}

/** Probes and metadata, which load balancers and clients read before they have a user. */
const OPEN_PATHS: readonly string[] = ['/healthcheck', '/chc/*', '/v1/metadata', '/v1/metadata/*']

export class BasicAuth {
  readonly #users: ReadonlyMap<string, string>
  readonly #open: readonly RegExp[]
  /** Value of `WWW-Authenticate` in a refusal. */
  readonly challenge: string

  constructor({ realm, users, skipPaths }: BasicAuthConfig) {
    this.#users = users
    this.#open = [...OPEN_PATHS, ...skipPaths].map(
      (path) => new RegExp(`^${path.split('*').map(RegExp.escape).join('.*')}$`),
    )
    this.challenge = `Basic realm="${realm.replaceAll('"', "'")}", charset="UTF-8"`
  }

  /** `authorization`: the header, or `Basic ` and the token of a websocket. */
  allows(path: string, authorization: string | undefined): boolean {
    if (this.#open.some((pattern) => pattern.test(path))) return true
    const token = /^Basic +([A-Za-z0-9+/=_-]+)$/i.exec(authorization ?? '')?.[1]
    if (token === undefined) return false
    const text = Buffer.from(token, 'base64').toString('utf8')
    const colon = text.indexOf(':')
    return colon !== -1 && this.#matches(text.slice(0, colon), text.slice(colon + 1))
  }

  /** Takes as long for a user that does not exist as for a wrong password. */
  #matches(user: string, password: string): boolean {
    const expected = this.#users.get(user)
    const isEqual = timingSafeEqual(digest(password), digest(expected ?? ''))
    return isEqual && expected !== undefined
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Users of a property file: a line `user: password[,role...]` each; `#` starts a comment. Roles are not used. */
export function readUsers(text: string): ReadonlyMap<string, string> {
  const lines = text.split(/\r?\n/).map((line) => line.trim())
  return new Map(
    lines
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => {
        const [, user = '', password = ''] = /^([^:=]+)[:=]\s*([^,]*)/.exec(line) ?? []
        return [user.trim(), password.trim()] as const
      }),
  )
}
