/** Options of sources that listen on a port. */
import { readFileSync } from 'node:fs'
import type { SourceContext } from '../connector.ts'
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
    description: 'Bytes that may wait to be stored before senders must wait, too.',
  },
  {
    name: 'ssl.certificate.location',
    type: 'text',
    default: null,
    description: 'PEM file with the certificate of the port. With it, the port speaks TLS.',
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
    description: 'PEM file with certificate authorities: senders must have a certificate of one of them.',
  },
]

/** What TLS needs; null: the port is in the clear. Throws an OptionError. */
export function listenTls({ options, files }: Pick<SourceContext, 'options' | 'files'>) {
  const file = (name: string) => {
    const path = options.textOrNull(name)
    if (path === null) return undefined
    const allowed = files.resolve(path)
    if ('problem' in allowed) throw new OptionError(name, allowed.problem)
    try {
      return readFileSync(allowed.path, 'utf8')
    } catch (error) {
      throw new OptionError(name, `The file of the option '${name}' cannot be read: ${(error as Error).message}.`)
    }
  }
  const cert = file('ssl.certificate.location')
  if (cert === undefined) return null
  const key = file('ssl.key.location')
  if (key === undefined) throw new OptionError('ssl.key.location', 'A certificate needs its key: ssl.key.location.')
  const ca = file('ssl.ca.location')
  return { cert, key, ...(ca !== undefined && { ca, requestCert: true, rejectUnauthorized: true }) }
}
