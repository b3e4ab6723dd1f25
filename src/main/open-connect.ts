/** The Kafka Connect cluster of a server. Nothing is sent before a statement needs it. */
import type { ConnectCluster } from '../connect/connect-cluster.ts'
import { HttpConnect } from '../connect/http-connect.ts'
import { connectOptions } from '../engine/config/connect-options.ts'
import type { ServerSetup } from './setup.ts'

/** Throws an Error for a bad configuration. */
export const openConnect = ({ config, timer }: Pick<ServerSetup, 'config' | 'timer'>): ConnectCluster =>
  new HttpConnect({ ...connectOptions(config), timer, random: Math.random })
