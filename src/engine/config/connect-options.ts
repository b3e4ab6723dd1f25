/** How to reach Kafka Connect, read from the names that ksqlDB has for it. */
import { readFileSync } from 'node:fs'
import type { HttpConnectOptions } from '../../connect/http-connect.ts'
import { messageOf } from '../../errors.ts'
import { basicAuthorization } from '../../http/json-requests.ts'
import type { Config } from './config.ts'
import { parseProperties } from './properties-file.ts'
import { checkAddress } from './service-address.ts'
import { type TlsSettings, tlsFiles } from './tls-files.ts'

const SOURCE = 'ksql.connect.basic.auth.credentials.source'
const FILE = 'ksql.connect.basic.auth.credentials.file'

const TLS: TlsSettings = {
  ca: ['ksql.connect.ssl.truststore.location', 'ksql.connect.ssl.ca.location'],
  cert: 'ksql.connect.ssl.certificate.location',
  key: 'ksql.connect.ssl.key.location',
  passphrase: 'ksql.connect.ssl.key.password',
  nameCheck: 'ksql.connect.ssl.endpoint.identification.algorithm',
}

/** Reads the files that the configuration names. Throws an Error for addresses and credentials that are none. */
export function connectOptions(config: Config): Omit<HttpConnectOptions, 'timer' | 'random'> {
  const urls = (config.get('ksql.connect.url') ?? '')
    .split(',')
    .map((url) => url.trim())
    .filter((url) => url !== '')
  const instead = `Set ${SOURCE}=FILE and name a file with username and password in ${FILE}.`
  for (const url of urls) checkAddress(url, { name: 'ksql.connect.url', instead })
  return {
    urls,
    authorization: authorizationFrom(config),
    tls: tlsFiles(config, TLS),
    timeoutMs: config.number('ksql.connect.request.timeout.ms'),
  }
}

/** With `reload` the file is read again for each request, so that new credentials need no restart; statements are rare. */
function authorizationFrom(config: Config): () => string | null {
  if (config.get(SOURCE)?.toUpperCase() !== 'FILE') return () => null
  const path = config.get(FILE) ?? ''
  if (path === '') throw new Error(`Configuration ${SOURCE}=FILE needs ${FILE}.`)
  const first = authorizationIn(path)
  return config.flag('ksql.connect.basic.auth.credentials.reload') ? () => authorizationIn(path) : () => first
}

function authorizationIn(path: string): string {
  const properties = new Map(parseProperties(textOf(path)).map(({ name, value }) => [name, value]))
  const [user, password] = [properties.get('username'), properties.get('password')]
  if (user === undefined || password === undefined)
    throw new Error(`The file of ${FILE} must have lines username=... and password=...: ${path}`)
  return basicAuthorization(user, password)
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new Error(`The file of ${FILE} cannot be read: ${messageOf(error)}`, { cause: error })
  }
}
