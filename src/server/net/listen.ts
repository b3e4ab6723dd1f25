/** Ports, opened for listeners. */
import type { AddressInfo, Server } from 'node:net'
import { createServer as createTlsServer, type SecureContextOptions, type TLSSocket } from 'node:tls'
import type { Timer } from '../../clock.ts'
import { formatListener, type Listener } from '../listener.ts'
import { createSharedPort, type Protocols } from './shared-port.ts'

export interface TlsOptions extends SecureContextOptions {
  /** `requested`: a client may show a certificate; `required`: it must, signed by `ca`. */
  readonly clientAuth: 'none' | 'requested' | 'required'
}

interface ListenDetails {
  readonly tls: TlsOptions | null
  readonly firstBytesMs: number
  readonly timer: Timer
}

/** The addresses behind `localhost`, either of which clients try first. Only a machine with IPv6 has the second. */
const LOOPBACK = { ipv4: '127.0.0.1', ipv6: '::1' }

/** Opens the port of `listener`; resolves to what listens. Throws an Error that says what to do about a port in use. */
export async function listen(listener: Listener, protocols: Protocols, details: ListenDetails): Promise<Server[]> {
  if (listener.host !== 'localhost') return [await open(listener, protocols, details)]
  const first = await open({ ...listener, host: LOOPBACK.ipv4 }, protocols, details)
  const { port } = boundListener(first, listener)
  try {
    return [first, await open({ ...listener, host: LOOPBACK.ipv6, port }, protocols, details)]
  } catch (error) {
    if (NO_IPV6.has(((error as Error).cause as NodeJS.ErrnoException).code ?? '')) return [first]
    first.close()
    throw error
  }
}

const NO_IPV6 = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT'])

async function open(listener: Listener, protocols: Protocols, { tls, ...silence }: ListenDetails): Promise<Server> {
  const server = listener.isSecure ? createSecurePort(protocols, tls) : createSharedPort(protocols, silence)
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explained(error, listener)))
    server.listen({ host: listener.host, port: listener.port }, resolve)
  })
  // A connection that cannot be accepted (no file descriptor is left) is lost; the server continues.
  server.on('error', () => {})
  return server
}

/** The listener of `server`, with the port that the system has given it. */
export function boundListener(server: Server, listener: Listener): Listener {
  return { ...listener, port: (server.address() as AddressInfo).port }
}

/** With TLS the client names its protocol in the handshake (ALPN, RFC 7301). */
function createSecurePort(protocols: Protocols, tls: TlsOptions | null): Server {
  if (tls === null) {
    throw new Error(
      'An https listener needs a key and a certificate: set ssl.key.location and ssl.certificate.location.',
    )
  }
  const { clientAuth, ...context } = tls
  return createTlsServer(
    {
      ...context,
      ALPNProtocols: ['h2', 'http/1.1'],
      requestCert: clientAuth !== 'none',
      rejectUnauthorized: clientAuth === 'required',
      noDelay: true,
    },
    (socket: TLSSocket) => protocols[socket.alpnProtocol === 'h2' ? 'http2' : 'http1'](socket),
  )
}

function explained(error: NodeJS.ErrnoException, listener: Listener): Error {
  return new Error(
    EXPLANATIONS[error.code ?? '']?.(listener) ?? `Cannot listen on ${formatListener(listener)}: ${error.message}`,
    {
      cause: error,
    },
  )
}

const EXPLANATIONS: Readonly<Record<string, (listener: Listener) => string>> = {
  EADDRINUSE: (listener) =>
    `Port ${listener.port} of ${listener.host} is in use, perhaps by another Millrace server. Stop that program, or choose another port: --listen ${formatListener({ ...listener, port: listener.port + 1 })}`,
  EACCES: (listener) =>
    `Port ${listener.port} needs rights that this user has not. Choose one above 1023: --listen ${formatListener({ ...listener, port: 8088 })}`,
  EADDRNOTAVAIL: (listener) =>
    `${listener.host} is no address of this machine. Use localhost for this machine only, or 0.0.0.0 for all its addresses.`,
  ENOTFOUND: (listener) =>
    `The name ${listener.host} is unknown. Use localhost, 0.0.0.0 or an address of this machine.`,
}
