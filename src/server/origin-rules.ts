/**
 * Which pages in a browser may use the server. A browser sends along the origin of the page; a page of another origin is let in by
 * `access.control.allow.origin` alone. Bodies count as JSON whatever their type, so without this check any page that a user opens could
 * drop that user's streams. Clients other than browsers send no origin. Source: Fetch standard, CORS protocol.
 */
export interface OriginConfig {
  /** Comma-separated origins, `*` stands for any characters; undefined: the server's own pages only. */
  readonly origins: string | undefined
  readonly methods: string
  readonly headers: string
}

export class OriginRules {
  readonly #patterns: readonly RegExp[]
  readonly #config: OriginConfig

  constructor(config: OriginConfig) {
    this.#config = config
    this.#patterns = (config.origins ?? '')
      .split(',')
      .map((origin) => origin.trim())
      .filter((origin) => origin !== '')
      .map(patternOf)
  }

  /** `origin` and `host`: headers of the request. */
  allows(origin: string | undefined, host: string | undefined): boolean {
    return origin === undefined || isSameOrigin(origin, host) || this.#isListed(origin)
  }

  /** Headers that let the page read the answer; none for origins that are not in the configuration. */
  responseHeaders(origin: string | undefined): Readonly<Record<string, string>> {
    if (origin === undefined || !this.#isListed(origin)) return {}
    return {
      'access-control-allow-origin': origin,
      ...(this.#isNamed(origin) && { 'access-control-allow-credentials': 'true' }),
      vary: 'Origin',
    }
  }

  /** Answer to the request by which a browser finds out whether it may send another. */
  preflightHeaders(origin: string | undefined): Readonly<Record<string, string>> {
    const allowed = this.responseHeaders(origin)
    if (allowed['access-control-allow-origin'] === undefined) return {}
    return {
      ...allowed,
      'access-control-allow-methods': this.#config.methods,
      'access-control-allow-headers': this.#config.headers,
      'access-control-max-age': '600',
    }
  }

  /** A lone `*` admits every page, and so must not let each of them use the password that the browser has stored. */
  #isNamed(origin: string): boolean {
    return this.#patterns.some((pattern) => pattern.source !== ANY && pattern.test(origin))
  }

  #isListed(origin: string): boolean {
    return this.#patterns.some((pattern) => pattern.test(origin))
  }
}

function isSameOrigin(origin: string, host: string | undefined): boolean {
  return host !== undefined && URL.canParse(origin) && new URL(origin).host === host.toLowerCase()
}

const ANY = '^.*$'

function patternOf(origin: string): RegExp {
  const parts = origin.split('*').map((part) => RegExp.escape(part))
  return new RegExp(`^${parts.join('.*')}$`)
}
