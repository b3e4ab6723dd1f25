/** The catalogue over a MessagePort: requests with a number, answers with the same number. */

import type { MessagePort } from 'node:worker_threads'
import { BrokerError, type BrokerErrorCode } from '../../broker-error.ts'
import { logClosed } from '../segments/partition.ts'
import { storageError } from '../segments/storage-error.ts'
import type { Catalogue } from './catalogue.ts'

type Method = keyof Catalogue

interface Request {
  readonly id: number
  readonly method: Method
  readonly args: readonly unknown[]
}

type Answer = { readonly id: number } & ({ readonly result: unknown } | { readonly error: PlainError })

/** A BrokerError's own fields, which a structured clone of an Error loses. */
interface PlainError {
  readonly code: BrokerErrorCode
  readonly message: string
  readonly retriable: boolean
}

/** Answers the requests that come over `port` from `catalogue`. */
export function serveCatalogue(port: MessagePort, catalogue: Catalogue): void {
  port.on('message', async ({ id, method, args }: Request) => {
    port.postMessage(await answer(catalogue, { id, method, args }))
  })
}

async function answer(catalogue: Catalogue, { id, method, args }: Request): Promise<Answer> {
  try {
    const call = catalogue[method] as (...args: unknown[]) => Promise<unknown>
    return { id, result: await call.apply(catalogue, [...args]) }
  } catch (cause) {
    const { code, message, retriable } = storageError(wordsOf(method), cause)
    return { id, error: { code, message, retriable } }
  }
}

/** `commitOffsets`: "commit offsets". */
const wordsOf = (method: Method): string => method.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)

interface Waiting {
  resolve(result: unknown): void
  reject(error: BrokerError): void
}

/** The other end of `serveCatalogue`. Keeps the thread alive only while an answer is awaited. */
export function remoteCatalogue(port: MessagePort): Catalogue {
  const waiting = new Map<number, Waiting>()
  let nextId = 0
  let isClosed = false

  port.on('message', (answer: Answer) => {
    const request = waiting.get(answer.id)
    waiting.delete(answer.id)
    if (waiting.size === 0) port.unref()
    if ('error' in answer) request?.reject(revive(answer.error))
    else request?.resolve(answer.result)
  })
  port.on('close', () => {
    isClosed = true
    for (const { reject } of waiting.values()) reject(logClosed())
    waiting.clear()
  })
  port.unref()

  function call<Name extends Method>(method: Name, ...args: Parameters<Catalogue[Name]>): ReturnType<Catalogue[Name]> {
    const answered = new Promise((resolve, reject) => {
      if (isClosed) return reject(logClosed())
      const id = nextId++
      waiting.set(id, { resolve, reject })
      port.ref()
      port.postMessage({ id, method, args } satisfies Request)
    })
    return answered as ReturnType<Catalogue[Name]>
  }

  return {
    clusterId: () => call('clusterId'),
    createTopic: (topic) => call('createTopic', topic),
    deleteTopic: (name) => call('deleteTopic', name),
    listTopics: () => call('listTopics'),
    topicsByName: async () => new Map((await call('listTopics')).map((topic) => [topic.name, topic])),
    openTopic: (name) => call('openTopic', name),
    commitOffsets: (group, offsets) => call('commitOffsets', group, offsets),
    fetchOffsets: (group, partitions) => call('fetchOffsets', group, partitions),
    deleteGroup: (group) => call('deleteGroup', group),
    describeGroups: (groups) => call('describeGroups', groups),
    damages: () => call('damages'),
    initTransactions: (transactionalId, timeoutMs) => call('initTransactions', transactionalId, timeoutMs),
    endTransaction: (end) => call('endTransaction', end),
  }
}

function revive({ code, message, retriable }: PlainError): BrokerError {
  return new BrokerError(code, message, { retriable })
}
