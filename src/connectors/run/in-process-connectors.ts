/** Connectors in the thread of their caller: for tests, and for programs that start no threads. */
import { NO_REGISTRY, type SchemaLoader } from '../../serde/loaded-schemas.ts'
import { FilePaths } from '../file-paths.ts'
import { SecretShelf } from '../secret-shelf.ts'
import type { SecretVault } from '../secret-vault.ts'
import { secretReader } from '../secrets.ts'
import { LocalConnectorHost } from './connector-host.ts'
import { ConnectorRuntime } from './connector-runtime.ts'
import type { ConnectorSurroundings } from './surroundings.ts'

export interface InProcessConnectorsOptions
  extends Pick<ConnectorSurroundings, 'broker' | 'clock' | 'timer' | 'random'> {
  readonly serviceId: string
  readonly schemas?: SchemaLoader
  /** Directories below which connectors may use files. Default: none. */
  readonly directories?: readonly string[]
  /** Variables that options may name, all of them. Default: none. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Default: there is no key, and so no secret. */
  readonly vault?: SecretVault | null
  readonly sharesSlots?: boolean
  readonly warn?: (message: string) => void
}

export function inProcessConnectors(options: InProcessConnectorsOptions): ConnectorRuntime {
  const { directories = [], environment = {}, sharesSlots = false, warn = () => {}, schemas = NO_REGISTRY } = options
  const secrets = new SecretShelf(options.vault ?? null)
  const files = new FilePaths(directories)
  const readSecret = secretReader({ environment, environmentPrefix: '', files, stored: secrets })
  const { broker, clock, timer, random, serviceId } = options
  return new ConnectorRuntime({
    broker,
    timer,
    serviceId,
    sharesSlots,
    warn,
    open: async () =>
      new LocalConnectorHost({
        broker,
        clock,
        timer,
        random,
        schemas,
        files,
        readSecret,
        secrets,
        serviceId,
        inform: () => {},
        warn,
      }),
  })
}
