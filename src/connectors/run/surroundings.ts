/** What running connectors are given by their thread. */
import type { Broker } from '../../broker/broker.ts'
import type { Clock, Timer } from '../../clock.ts'
import type { SchemaLoader } from '../../serde/loaded-schemas.ts'
import type { FilePaths } from '../file-paths.ts'
import type { SecretShelf } from '../secret-shelf.ts'
import type { SecretReader } from '../secrets.ts'

export interface ConnectorSurroundings {
  /** Connected; closed by the caller after the connectors. */
  readonly broker: Broker
  readonly clock: Clock
  readonly timer: Timer
  /** In [0, 1). */
  readonly random: () => number
  readonly schemas: SchemaLoader
  readonly readSecret: SecretReader
  /** What `readSecret` finds by `${secret:...}`. */
  readonly secrets: SecretShelf
  readonly files: FilePaths
  /** `ksql.service.id`. */
  readonly serviceId: string
  readonly inform: (message: string) => void
  readonly warn: (message: string) => void
}
