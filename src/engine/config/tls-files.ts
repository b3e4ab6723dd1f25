/** Certificates for another service, from the files that the configuration names. */
import { readFileSync } from 'node:fs'
import type { ClientTls } from '../../http/client-tls.ts'
import type { Config } from './config.ts'

/** `prefix`: `ksql.connect.`, with the dot at its end. Throws an Error for files that cannot be read. */
export function tlsFiles(config: Config, prefix: string): ClientTls {
  const file = (name: string) => {
    const path = config.get(prefix + name)
    return path === undefined ? undefined : readFileSync(path, 'utf8')
  }
  const ca = file('ssl.truststore.location') ?? file('ssl.ca.location')
  const cert = file('ssl.certificate.location')
  const key = file('ssl.key.location')
  const passphrase = config.get(`${prefix}ssl.key.password`)
  const check = config.get(`${prefix}ssl.endpoint.identification.algorithm`)
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(passphrase !== undefined && { passphrase }),
    ...(check === '' && { checksName: false }),
  }
}
