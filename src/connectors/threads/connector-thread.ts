/** Connectors in a thread of their own, with a connection of its own to the broker: the main thread and the queries do not wait for them. */
import { extname } from 'node:path'
import { Worker as Thread, type Transferable } from 'node:worker_threads'
import type { ResolvedSchema } from '../../registry/resolved-schema.ts'
import type { LogMessage } from '../../runtime/threads/protocol.ts'
import { answerSchemaCall } from '../../runtime/threads/schema-calls.ts'
import type { BrokerConnection } from '../../runtime/threads/setup.ts'
import type { ConnectorHost } from '../run/connector-host.ts'
import type { OpenHost } from '../run/connector-runtime.ts'
import type { ConnectorSpec, DesiredConnectors } from '../run/connector-spec.ts'
import type { HostCall, HostCalls, HostSetup, HostToMain } from './host-messages.ts'

export interface ConnectorThreadOptions extends Omit<HostSetup, 'broker'> {
  readonly connect: () => { readonly connection: BrokerConnection; readonly transfer: Transferable[] }
  readonly fetchSchema: (id: number) => Promise<ResolvedSchema | string>
  readonly onDeath: (error: Error) => void
  readonly log: (message: Omit<LogMessage, 'kind'>) => void
}

/** The entry beside this file, from source and from the build. */
const ENTRY = new URL(`./connector-entry${extname(import.meta.filename)}`, import.meta.url)

/** Opens the thread when it is needed. */
export function connectorThread(options: ConnectorThreadOptions): OpenHost {
  return async (onLost) => new RemoteHost(options, onLost)
}

interface Waiting {
  readonly resolve: (result: never) => void
  readonly reject: (error: Error) => void
}

class RemoteHost implements ConnectorHost {
  readonly #thread: Thread
  readonly #calls = new Map<number, Waiting>()
  readonly #ended: Promise<void>
  #nextId = 1
  #isClosed = false
  #lost: Error | null = null

  constructor(options: ConnectorThreadOptions, onLost: () => void) {
    const { connect, fetchSchema, onDeath, log, ...plain } = options
    const { connection, transfer } = connect()
    const setup: HostSetup = { broker: connection, ...plain }
    const thread = new Thread(ENTRY, { workerData: setup, transferList: transfer, name: 'millrace-connectors' })
    this.#thread = thread
    let cause = new Error('The thread of connectors ended.')
    thread.on('message', (message: HostToMain) => {
      if (message.kind === 'log') log(message)
      else if (message.kind === 'schemaCall') {
        void answerSchemaCall(message, fetchSchema).then((answer) => thread.postMessage(answer))
      } else this.#onReply(message)
    })
    thread.on('error', (error: Error) => {
      cause = error
    })
    this.#ended = new Promise<void>((resolve) => thread.on('exit', () => resolve())).then(() => {
      this.#lost = cause
      for (const { reject } of this.#calls.values()) reject(cause)
      this.#calls.clear()
      if (this.#isClosed) return
      onDeath(cause)
      onLost()
    })
  }

  async apply(desired: DesiredConnectors): Promise<void> {
    await this.#call('apply', desired)
  }

  status() {
    return this.#call('status', null)
  }

  async purge(spec: ConnectorSpec): Promise<void> {
    await this.#call('purge', spec)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    if (this.#lost === null) await this.#call('close', null).catch(() => {})
    await this.#ended
  }

  #onReply({ id, result, failure }: Extract<HostToMain, { kind: 'reply' }>): void {
    const waiting = this.#calls.get(id)
    this.#calls.delete(id)
    if (failure === null) waiting?.resolve(result as never)
    else waiting?.reject(new Error(failure))
  }

  #call<Name extends keyof HostCalls>(
    name: Name,
    argument: HostCalls[Name]['takes'],
  ): Promise<HostCalls[Name]['gives']> {
    if (this.#lost !== null) return Promise.reject(this.#lost)
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      this.#calls.set(id, { resolve: resolve as Waiting['resolve'], reject })
      this.#thread.postMessage({ kind: 'call', id, name, argument } as HostCall)
    })
  }
}
