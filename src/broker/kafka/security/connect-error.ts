/**
 * Why a broker could not be reached, for the operator of the server: what TLS, SASL and a closed connection say names no setting. kafkajs's error
 * classes are distinguished by their names, since they share no code.
 */
import { BrokerError } from '../../broker-error.ts'
import { KafkaErrorCode, unavailable } from '../protocol/protocol-errors.ts'
import type { SaslOptions, TlsOptions } from './access-options.ts'

export interface Access {
  readonly tls?: TlsOptions
  readonly sasl?: SaslOptions
}

/** What failed before a connection could be used. `broker`: `host:port`. */
export function connectError(broker: string, access: Access, cause: unknown): BrokerError {
  if (cause instanceof BrokerError) return cause
  const { name, message, code } = failure(cause)
  if (UNTRUSTED.has(code))
    return refused(`The certificate of ${broker} is not trusted: ${message}. ${UNTRUSTED.get(code)}`, cause)
  if (/^ERR_SSL_.*ALERT/.test(String(code)))
    return refused(`${broker} refuses the TLS handshake: ${message}. ${KEYSTORE_ADVICE}`, cause)
  if (code === KafkaErrorCode.ILLEGAL_SASL_STATE) {
    const protocol = access.tls === undefined ? 'PLAINTEXT' : 'SSL'
    return refused(
      `${broker} takes no login on this listener. Set security.protocol=${protocol}, or name a SASL listener.`,
      cause,
    )
  }
  if (code === KafkaErrorCode.UNSUPPORTED_SASL_MECHANISM || /mechanism is not supported/.test(message))
    return refused(`${broker} does not offer ${mechanismOf(access)}. Set another sasl.mechanism.`, cause)
  if (/SASL/.test(name)) return refused(`${broker} refuses the credentials: ${message}`, cause)
  if (isClosed(name, code)) return closed(broker, access)
  return unavailable(`Connecting to ${broker}`, cause)
}

/** What the first request on a connection failed with: a listener that wants a login hangs up on any other request. */
export function firstRequestError(broker: string, access: Access, error: unknown): unknown {
  if (access.sasl !== undefined || !(error instanceof BrokerError)) return error
  const { name, code } = failure(error.cause)
  return isClosed(name, code) ? closed(broker, access) : error
}

const TRUST_ADVICE = 'Set ssl.truststore.location to a PEM file with the certificate authority of the brokers.'
const NAME_ADVICE =
  'Use an address in bootstrap.servers and advertised.listeners that the certificate names; ssl.endpoint.identification.algorithm= (empty) turns this check off.'
const KEYSTORE_ADVICE =
  "Check this server's own certificate (ssl.keystore.location, or ssl.key.location and ssl.certificate.location): the broker wants one that it trusts."

/** Codes of Node's verification of certificates, with what to do. Source: Node's documentation, "X509 certificate error codes". */
const UNTRUSTED: ReadonlyMap<string | number, string> = new Map([
  ['UNABLE_TO_GET_ISSUER_CERT', TRUST_ADVICE],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', TRUST_ADVICE],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', TRUST_ADVICE],
  ['SELF_SIGNED_CERT_IN_CHAIN', TRUST_ADVICE],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', TRUST_ADVICE],
  ['INVALID_CA', TRUST_ADVICE],
  ['CERT_UNTRUSTED', TRUST_ADVICE],
  ['CERT_NOT_YET_VALID', 'Check the clocks of both machines.'],
  ['CERT_HAS_EXPIRED', 'Renew the certificate of the broker.'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', NAME_ADVICE],
])

function failure(cause: unknown): { readonly name: string; readonly message: string; readonly code: string | number } {
  if (!(cause instanceof Error)) return { name: '', message: String(cause), code: '' }
  const { code = '' } = cause as { readonly code?: string | number }
  return { name: cause.name, message: plain(cause.message), code }
}

/** Without what kafkajs puts before each error of a socket, and of OpenSSL's errors the reason alone. */
function plain(message: string): string {
  const [, reason] = /:SSL routines:[^:]*:([^:]+):/.exec(message) ?? []
  return reason ?? message.replace(/^Connection error: /, '')
}

const refused = (message: string, cause: unknown): BrokerError =>
  new BrokerError('AUTHORIZATION_FAILED', message, { cause })

const isClosed = (name: string, code: string | number): boolean =>
  name === 'KafkaJSConnectionClosedError' || code === 'ECONNRESET'

/** A broker that restarts hangs up as well, so this may pass. It has no cause: "closed connection" would be all that it says. */
function closed(broker: string, access: Access): BrokerError {
  const protocol = `${access.sasl === undefined ? '' : 'SASL_'}${access.tls === undefined ? 'PLAINTEXT' : 'SSL'}`
  return new BrokerError(
    'UNAVAILABLE',
    `${broker} closed the connection. If it does so again, its listener speaks another protocol than ${protocol}: check security.protocol.`,
    { retriable: true },
  )
}

const mechanismOf = ({ sasl }: Access): string => sasl?.mechanism.toUpperCase() ?? 'SASL'
