/** Connections to PostgreSQL as options of connectors describe them; sink and source have the same. */
import type { Client, ClientConfig } from 'pg'
import type { SinkContext } from '../connector.ts'
import type { FileContext } from '../option-files.ts'
import { type OptionDeclaration, OptionError, type Options } from '../options.ts'
import { TLS_OPTIONS, tlsOf } from '../tls-options.ts'

export const POSTGRES_OPTIONS: readonly OptionDeclaration[] = [
  {
    name: 'url',
    type: 'text',
    default: null,
    isRequired: true,
    description: 'Address of the server and name of the database: `postgres://host:5432/database`, without a password.',
  },
  {
    name: 'username',
    type: 'text',
    default: null,
    description: 'User name. Unset: the user in the address, otherwise `postgres`.',
  },
  { name: 'password', type: 'text', default: null, isSecret: true, description: 'Password of that user.' },
  {
    name: 'ssl',
    type: 'flag',
    default: 'false',
    description:
      'Whether the connection is encrypted and the certificate of the server is verified, as `sslmode=verify-full` has it.',
  },
  ...TLS_OPTIONS,
  {
    name: 'request.timeout.ms',
    type: 'duration',
    default: '30000',
    least: 1,
    description: 'Time within which a connection or a statement must succeed; after that, it is tried again.',
  },
]

/** Throws an OptionError. */
export function addressOf(options: Options) {
  const text = options.text('url')
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol)) {
    throw new OptionError('url', `The option 'url' takes postgres://host:5432/database, not '${text}'.`)
  }
  if (url.password !== '')
    throw new OptionError('url', "The option 'url' must not have a password in it: use the option 'password'.")
  return {
    host: url.hostname,
    port: Number(url.port || 5432),
    database: decodeURIComponent(url.pathname.slice(1)) || 'postgres',
    user: decodeURIComponent(url.username) || 'postgres',
  }
}

export type ClientContext = FileContext & Pick<SinkContext, 'connector' | 'warn' | 'signal'>

/** A connected client. `more`: what this connection has besides. Rejects with the client's error. */
export async function connectPostgres(
  context: ClientContext,
  more: ClientConfig & { readonly replication?: 'database' } = {},
): Promise<Client> {
  const { options, connector, warn, signal } = context
  const { default: pg } = await import('pg')
  const { host, port, database, user } = addressOf(options)
  const timeoutMs = options.number('request.timeout.ms')
  const password = options.textOrNull('password')
  const client = new pg.Client({
    host,
    port,
    database,
    user: options.textOrNull('username') ?? user,
    ...(password !== null && { password }),
    ssl: options.flag('ssl') ? tlsOf(context) : false,
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
    application_name: `millrace ${connector}`,
    ...more,
  })
  // A connection that breaks between two statements: the next statement fails, and that is reported.
  client.on('error', () => {})
  client.on('notice', ({ message, severity }) => {
    if (severity === 'WARNING') warn(`Connector ${connector}: PostgreSQL says: ${message}`)
  })
  await client.connect()
  signal.addEventListener('abort', () => void client.end().catch(() => {}), { once: true })
  return client
}

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** `schema.table`, quoted. */
export const quotedTable = (name: string): string => name.split('.').map(quoted).join('.')
