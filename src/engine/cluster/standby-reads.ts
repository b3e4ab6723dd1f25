/** Whether pull queries may read copies of partitions, on servers that follow their changelogs. */
import type { Config } from '../config/config.ts'

/** What the configuration says of reading copies. */
export interface StandbyReads {
  readonly isEnabled: boolean
  /** Records that a copy may be behind. */
  readonly maxLag: number
}

export const standbyReads = (config: Config): StandbyReads => ({
  isEnabled: config.flag('ksql.query.pull.enable.standby.reads'),
  maxLag: config.number('ksql.query.pull.max.allowed.offset.lag'),
})
