/** Parts of a URI, as java.net.URI splits it (RFC 2396 with IPv6 hosts). */

export interface Uri {
  readonly scheme: string | null
  /** Null as well if the authority is not of the form `user@host:port`. */
  readonly host: string | null
  readonly port: number | null
  /** Still percent-encoded, like the next two. Null for an opaque URI, such as `mailto:a@b`. */
  readonly path: string | null
  readonly query: string | null
  readonly fragment: string | null
}

const PARTS = /^(?:([^:/?#]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*$/
/** Characters that stand for themselves nowhere in a URI. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are among them
const ILLEGAL = /[\u0000-\u0020"<>\\^`{|}\u007f-\u00a0\u2028\u2029]|%(?![0-9a-fA-F]{2})/
const AUTHORITY = /^(?:[^@[\]]*@)?(\[[0-9a-fA-F:.%]+\]|[A-Za-z0-9.-]+)(?::([0-9]*))?$/
const HOST_NAME = /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)*[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.?$/
const IP_V4 = /^\d{1,3}(?:\.\d{1,3}){3}$/

/** Throws an Error `URL input has invalid syntax: ...`. */
export function parseUri(text: string): Uri {
  const [, scheme, authority, path, query, fragment] = PARTS.exec(text)!
  const isBad =
    ILLEGAL.test(text) ||
    (scheme !== undefined && (!SCHEME.test(scheme) || text.length === scheme.length + 1)) ||
    (authority === '' && path === '') ||
    /[[\]]/.test(path!) ||
    (fragment?.includes('#') ?? false)
  if (isBad) throw new Error(`URL input has invalid syntax: ${text}`)
  const isOpaque = scheme !== undefined && authority === undefined && !path!.startsWith('/')
  return {
    scheme: scheme ?? null,
    ...hostAndPort(authority),
    path: isOpaque ? null : path!,
    query: isOpaque ? null : (query ?? null),
    fragment: fragment ?? null,
  }
}

function hostAndPort(authority: string | undefined): Pick<Uri, 'host' | 'port'> {
  const [, host, port] = AUTHORITY.exec(authority ?? '') ?? []
  if (host === undefined || !(host.startsWith('[') || HOST_NAME.test(host) || IP_V4.test(host))) {
    return { host: null, port: null }
  }
  return { host, port: port ? Number(port) : null }
}

/** Percent-encoded UTF-8 to text; what is not UTF-8 becomes U+FFFD. `text` is a part of a parsed URI. */
export function decodePercent(text: string): string {
  return text.replace(/(?:%[0-9a-fA-F]{2})+/g, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'))
}
