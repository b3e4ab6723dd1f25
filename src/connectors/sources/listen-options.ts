/** Options of sources that listen on a port. */
import { type FileContext, optionFile } from '../option-files.ts'
import { type OptionDeclaration, OptionError } from '../options.ts'

export const LISTEN_OPTIONS: readonly OptionDeclaration[] = [
  { name: 'host', type: 'text', default: '127.0.0.1', description: 'Address to listen on; `0.0.0.0` for all.' },
  {
    name: 'port',
    type: 'number',
    default: null,
    isRequired: true,
    least: 0,
    most: 65_535,
    description: 'Port to listen on.',
  },
  {
    name: 'buffer.bytes',
    type: 'number',
    default: '16777216',
    least: 1024,
    description: 'Bytes of received records that may wait to be stored; when they are exceeded, senders must wait.',
  },
  {
    name: 'ssl.certificate.location',
    type: 'text',
    default: null,
    description: 'PEM file with the certificate of the port. If set, the port uses TLS.',
  },
  {
    name: 'ssl.key.location',
    type: 'text',
    default: null,
    description: 'PEM file with the private key of that certificate.',
  },
  {
    name: 'ssl.ca.location',
    type: 'text',
    default: null,
    description: 'PEM file with certificate authorities. If set, senders need a certificate issued by one of them.',
  },
]

/** What TLS needs; null: the port is in the clear. Throws an OptionError. */
export function listenTls(context: FileContext) {
  const cert = optionFile('ssl.certificate.location', context)
  if (cert === null) return null
  const key = optionFile('ssl.key.location', context)
  if (key === null) throw new OptionError('ssl.key.location', 'A certificate needs its key: ssl.key.location.')
  const ca = optionFile('ssl.ca.location', context)
  return { cert, key, ...(ca !== null && { ca, requestCert: true, rejectUnauthorized: true }) }
}
