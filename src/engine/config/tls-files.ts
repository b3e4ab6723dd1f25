/** Certificates for another service, from the files that the configuration names. */
import { readFileSync } from 'node:fs'
import type { ClientTls } from '../../http/client-tls.ts'
import type { Config } from './config.ts'

/** The settings of one service. */
export interface TlsSettings {
  /** Certificate authorities; the first that is set counts. */
  readonly ca: readonly string[]
  readonly cert: string
  readonly key: string
  readonly passphrase: string
  /** Empty: the name in the certificate is not compared with the address. */
  readonly nameCheck: string
}

/** Throws an Error for files that cannot be read. */
export function tlsFiles(config: Config, settings: TlsSettings): ClientTls {
  const file = (name: string) => {
    const path = config.get(name)
    return path === undefined ? undefined : readFileSync(path, 'utf8')
  }
  const [ca] = settings.ca.flatMap((name) => file(name) ?? [])
  const cert = file(settings.cert)
  const key = file(settings.key)
  const passphrase = config.get(settings.passphrase)
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(passphrase !== undefined && { passphrase }),
    ...(config.get(settings.nameCheck) === '' && { checksName: false }),
  }
}
