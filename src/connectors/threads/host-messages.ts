/** Messages between the main thread and the thread of connectors: plain data. Each call has one reply with its id. */

import type { LogMessage } from '../../runtime/threads/protocol.ts'
import type { SchemaAnswer, SchemaCall } from '../../runtime/threads/schema-calls.ts'
import type { BrokerConnection } from '../../runtime/threads/setup.ts'
import type { ConnectorSpec, ConnectorStatus, DesiredConnectors } from '../run/connector-spec.ts'

export interface HostSetup {
  readonly broker: BrokerConnection
  readonly serviceId: string
  readonly directories: readonly string[]
  readonly environmentPrefix: string
  /** Null: this server has no key for secrets. */
  readonly secretKey: Uint8Array | null
}

/** Calls by name, with the types of argument and result. */
export interface HostCalls {
  readonly apply: { readonly takes: DesiredConnectors; readonly gives: null }
  readonly status: { readonly takes: null; readonly gives: readonly ConnectorStatus[] }
  readonly purge: { readonly takes: ConnectorSpec; readonly gives: null }
  readonly close: { readonly takes: null; readonly gives: null }
}

export type HostCall = {
  readonly [Name in keyof HostCalls]: {
    readonly kind: 'call'
    readonly id: number
    readonly name: Name
    readonly argument: HostCalls[Name]['takes']
  }
}[keyof HostCalls]

export type MainToHost = HostCall | SchemaAnswer

export type HostToMain =
  | { readonly kind: 'reply'; readonly id: number; readonly result: unknown; readonly failure: string | null }
  | LogMessage
  | SchemaCall
