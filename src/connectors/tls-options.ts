/** TLS to a target: whom the connector trusts, and by what it is known. */
import type { ConnectionOptions } from 'node:tls'
import { type FileContext, optionFile } from './option-files.ts'
import type { OptionDeclaration } from './options.ts'

export const TLS_OPTIONS: readonly OptionDeclaration[] = [
  {
    name: 'ssl.ca.location',
    type: 'text',
    default: null,
    description: 'PEM file with the certificate authorities of the target.',
  },
  {
    name: 'ssl.certificate.location',
    type: 'text',
    default: null,
    description: 'PEM file with the client certificate, for a target that requires one.',
  },
  {
    name: 'ssl.key.location',
    type: 'text',
    default: null,
    description: 'PEM file with the private key of that certificate.',
  },
  { name: 'ssl.key.password', type: 'text', default: null, isSecret: true, description: 'Passphrase of that key.' },
  {
    name: 'ssl.endpoint.identification.algorithm',
    type: 'choice',
    default: 'https',
    choices: ['https', ''],
    description: '`https`: the certificate of the target must match its host name. Empty: any host name is accepted.',
  },
]

export type TlsSettings = Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'passphrase' | 'checkServerIdentity'>

/** For `tls.connect`. Throws an OptionError for files that cannot be used. */
export function tlsOf(context: FileContext): TlsSettings {
  const { options } = context
  const ca = optionFile('ssl.ca.location', context)
  const cert = optionFile('ssl.certificate.location', context)
  const key = optionFile('ssl.key.location', context)
  const passphrase = options.textOrNull('ssl.key.password')
  return {
    ...(ca !== null && { ca }),
    ...(cert !== null && { cert }),
    ...(key !== null && { key }),
    ...(passphrase !== null && { passphrase }),
    ...(options.text('ssl.endpoint.identification.algorithm') === '' && { checkServerIdentity: () => undefined }),
  }
}

/** Whether no retry changes an error of this code. Source: Node's `tls` module, X509 error codes. */
export const isCertificateError = (code: string): boolean =>
  /^(ERR_TLS_CERT|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_CA|HOSTNAME_MISMATCH|ERR_SSL_)/.test(code)
