/** Entry of the thread of connectors. */
import { parentPort, workerData } from 'node:worker_threads'
import { systemClock, systemTimer } from '../../clock.ts'
import { messageOf } from '../../errors.ts'
import type { LogMessage } from '../../runtime/threads/protocol.ts'
import { SchemaCalls } from '../../runtime/threads/schema-calls.ts'
import { openThreadBroker } from '../../runtime/threads/setup.ts'
import { LoadedSchemas } from '../../serde/loaded-schemas.ts'
import { FilePaths } from '../file-paths.ts'
import { LocalConnectorHost } from '../run/connector-host.ts'
import { SecretShelf } from '../secret-shelf.ts'
import { SecretVault } from '../secret-vault.ts'
import { secretReader } from '../secrets.ts'
import type { HostCall, HostSetup, HostToMain, MainToHost } from './host-messages.ts'

const port = parentPort!
const post = (message: HostToMain): void => port.postMessage(message)
const log = (level: LogMessage['level']) => (text: string) => post({ kind: 'log', level, text })
const setup = workerData as HostSetup
const schemaCalls = new SchemaCalls(post)
const schemas = new LoadedSchemas({ fetch: (id) => schemaCalls.fetch(id), clock: systemClock, timer: systemTimer })
const broker = await openThreadBroker(setup.broker)
await broker.connect()
const files = new FilePaths(setup.directories)
const secrets = new SecretShelf(setup.secretKey === null ? null : new SecretVault(setup.secretKey))
const host = new LocalConnectorHost({
  broker,
  clock: systemClock,
  timer: systemTimer,
  random: Math.random,
  schemas,
  files,
  secrets,
  readSecret: secretReader({
    environment: process.env,
    environmentPrefix: setup.environmentPrefix,
    files,
    stored: secrets,
  }),
  serviceId: setup.serviceId,
  inform: log('info'),
  warn: log('warn'),
})

async function carryOut({ name, argument }: HostCall): Promise<unknown> {
  switch (name) {
    case 'apply':
      await host.apply(argument)
      return null
    case 'purge':
      await host.purge(argument)
      return null
    case 'status':
      return host.status()
    case 'close':
      await host.close()
      schemas.close()
      await broker.close()
      return null
  }
}

async function answer(call: HostCall): Promise<void> {
  try {
    post({ kind: 'reply', id: call.id, result: await carryOut(call), failure: null })
  } catch (error) {
    post({ kind: 'reply', id: call.id, result: null, failure: messageOf(error) })
  }
  if (call.name === 'close') port.close()
}

port.on('message', (message: MainToHost) => {
  if (message.kind === 'schemaAnswer') schemaCalls.onAnswer(message)
  else void answer(message)
})
