/**
 * The names under which a server on loopback addresses is used. A page whose own name is made to lead to 127.0.0.1 (DNS rebinding) has the
 * server's origin for the browser, so that the rules for origins let it in; but the name in `Host` is then the page's (RFC 9110 7.2).
 */
import type { Listener } from './listener.ts'

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]']

export interface HostConfig {
  readonly listeners: readonly Listener[]
  /** Further names, separated by commas. */
  readonly hosts: string
}

export class HostRules {
  /** Null: the server listens on other addresses too, whose names are not known here. */
  readonly #names: ReadonlySet<string> | null

  constructor({ listeners, hosts }: HostConfig) {
    const configured = hosts.split(',').map((name) => name.trim().toLowerCase())
    const own = listeners.map(({ host }) => host.toLowerCase())
    this.#names = own.every(isLoopback) ? new Set([...LOOPBACK_NAMES, ...own, ...configured]) : null
  }

  /** `host`: name and port, as the request has them; only HTTP/1.0 has requests without. */
  allows(host: string | undefined): boolean {
    if (this.#names === null || host === undefined) return true
    return this.#names.has(host.toLowerCase().replace(/:\d+$/, ''))
  }
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127(?:\.\d+){3}$/.test(host)
