/** The wait for a Kafka cluster that cannot be reached yet: containers start in any order, and brokers restart. */
import { BrokerError } from '../broker/broker-error.ts'
import { type DoublingPauses, doublingPause, sleep, type Timer } from '../clock.ts'

export interface ReachOptions {
  /** `host:port,...`, for messages. */
  readonly servers: string
  /** Connects once, without trying again. Rejects with a BrokerError. */
  readonly connect: () => Promise<void>
  readonly timer: Timer
  /** Ends the wait. */
  readonly signal: AbortSignal
  /** Receives each failed attempt, in words for the operator. */
  readonly warn: (message: string) => void
}

const PAUSES: DoublingPauses = { firstMs: 1_000, longestMs: 5_000 }

/**
 * Resolves when a broker has answered. Tries again without end while that can help, after pauses that double up to five seconds. Rejects with
 * the BrokerError of a failure that will not pass, such as wrong credentials, and as soon as `signal` is aborted.
 */
export async function reachKafka({ servers, connect, timer, signal, warn }: ReachOptions): Promise<void> {
  const aborted = new Promise<never>((_resolve, reject) => {
    const end = () =>
      reject(new BrokerError('CLOSED', `Kafka at ${servers} was not reached before the server was stopped.`))
    if (signal.aborted) end()
    signal.addEventListener('abort', end, { once: true })
  })
  aborted.catch(() => {})
  for (let attempt = 1; ; attempt++) {
    try {
      return await Promise.race([aborted, connect()])
    } catch (error) {
      if (!(error instanceof BrokerError) || !error.retriable) throw error
      warn(`Connecting to Kafka at ${servers} (attempt ${attempt}: ${reasonOf(error)}).`)
    }
    await sleep(timer, doublingPause(PAUSES, attempt - 1), { signal })
  }
}

/** Codes of Node's network errors in words. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
  ENOTFOUND: 'unknown host name',
  EAI_AGAIN: 'host name cannot be resolved',
  ETIMEDOUT: 'no answer',
}

/** The reason that lies deepest among the causes: those above it only add where it happened. */
function reasonOf(error: Error): string {
  if (error.cause instanceof Error) return reasonOf(error.cause)
  const { code } = error as { readonly code?: unknown }
  const known = typeof code === 'string' ? REASONS[code] : undefined
  return known ?? error.message.replace(/\.$/, '')
}
