/** Addresses to listen on, as configured: `http://host:port`, several with commas. Source: ksqlDB's `listeners`. */
import { RequestError } from '../errors.ts'

export interface Listener {
  readonly isSecure: boolean
  /** Without the brackets of an IPv6 address. */
  readonly host: string
  /** 0: any free one. */
  readonly port: number
}

const MAX_PORT = 65_535

/** Throws a RequestError with an example for what is not a list of listeners. */
export function parseListeners(text: string): readonly Listener[] {
  const listeners = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(parseListener)
  if (listeners.length === 0) throw invalid(text)
  return listeners
}

function parseListener(text: string): Listener {
  const match = /^(https?):\/\/(\[[^\]]+\]|[^/:\s]+)(?::(\d{1,5}))?\/?$/i.exec(text)
  if (match === null) throw invalid(text)
  const [, protocol = '', host = '', port] = match
  if (Number(port) > MAX_PORT) throw invalid(text, ` Ports are from 0 to ${MAX_PORT}; 0 is any free one.`)
  const isSecure = protocol.toLowerCase() === 'https'
  return { isSecure, host: host.replace(/^\[|\]$/g, ''), port: Number(port ?? 8088) }
}

export function formatListener({ isSecure, host, port }: Listener): string {
  return `${isSecure ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`
}

const invalid = (text: string, why = ''): RequestError =>
  new RequestError(
    'BAD_REQUEST',
    `Not a listener: '${text}'.${why} Write it like http://localhost:8088 or https://0.0.0.0:8443.`,
  )
