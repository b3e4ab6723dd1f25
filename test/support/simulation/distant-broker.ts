/**
 * A broker behind a way that takes time, or is cut: each call passes it before it reaches the broker, and what a poll brings passes it before
 * it is delivered.
 */
import type {
  Broker,
  Fetcher,
  FetcherOptions,
  Producer,
  ProducerOptions,
  SendResult,
} from '../../../src/broker/broker.ts'

/** `reach`: resolves when a call may reach the broker; rejects if it never will. */
export function distantBroker(broker: Broker, reach: () => Promise<void>): Broker {
  return new Proxy(broker, {
    get: (target, name: keyof Broker) => {
      if (name === 'producer') return (options: ProducerOptions) => distantProducer(target.producer(options), reach)
      if (name === 'fetcher') return (options: FetcherOptions) => distantFetcher(target.fetcher(options), reach)
      const method = target[name] as (...call: unknown[]) => unknown
      if (name === 'close') return method.bind(target)
      return async (...call: unknown[]) => {
        await reach()
        return method.apply(target, call)
      }
    },
  })
}

/** The calls of a producer reach the broker in their order. */
function distantProducer(producer: Producer, reach: () => Promise<void>): Producer {
  let reached: Promise<void> = Promise.resolve()
  const inOrder = (): Promise<void> => {
    reached = reached.then(reach)
    return reached
  }
  const sends = new Set<Promise<SendResult>>()
  return {
    begin: () => producer.begin(),
    initTransactions: () => inOrder().then(() => producer.initTransactions()),
    send: (...call) => {
      const sent = inOrder().then(() => producer.send(...call))
      sends.add(sent)
      const forget = () => sends.delete(sent)
      sent.then(forget, forget)
      return sent
    },
    flush: async () => {
      await Promise.allSettled(sends)
      await inOrder()
      await producer.flush()
    },
    sendOffsets: (...call) => inOrder().then(() => producer.sendOffsets(...call)),
    commit: () => inOrder().then(() => producer.commit()),
    abort: () => inOrder().then(() => producer.abort()),
    // A dead server's transaction stays open until somebody ends it.
    close: () =>
      inOrder().then(
        () => producer.close(),
        () => {},
      ),
  }
}

/** Delivers nothing while calls cannot reach the broker. */
const distantFetcher = (fetcher: Fetcher, reach: () => Promise<void>): Fetcher =>
  new Proxy(fetcher, {
    get: (target, name: keyof Fetcher) => {
      if (name !== 'poll') return (target[name] as () => unknown).bind(target)
      return async (maxWaitMs: number) => {
        const answers = await target.poll(maxWaitMs)
        await reach()
        return answers
      }
    },
  })
