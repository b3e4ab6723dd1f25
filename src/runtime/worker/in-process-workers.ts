/** One worker in the thread of its caller: for tests, and for programs that start no threads. */
import { Budget, limitsFrom } from '../../functions/budget.ts'
import { type Config, compressionOf, mergeConfig } from '../query-config.ts'
import { memoryStores } from '../stores/memory-stores.ts'
import type { StoreProvider } from '../stores/task-stores.ts'
import type { WorkerProvider } from '../worker.ts'
import { LocalWorker, type LocalWorkerOptions } from './local-worker.ts'

export interface InProcessWorkersOptions
  extends Pick<LocalWorkerOptions, 'broker' | 'functions' | 'clock' | 'timer' | 'schemas'> {
  /** Random numbers in [0, 1). */
  readonly random: () => number
  /** The server's configuration. */
  readonly config: Config
  /** See `LocalWorkerOptions`. Default: made of the service id. */
  readonly transactionalId?: string
  /** Where tasks keep their state. Default: in memory, rebuilt from the topics after a restart. */
  readonly stores?: StoreProvider
}

/** The provider of a single worker, which shares the caller's broker connection. The caller closes that after the worker. */
export function inProcessWorkers(options: InProcessWorkersOptions): WorkerProvider {
  const { broker, functions, clock, timer, random, schemas, stores = memoryStores() } = options
  const config = mergeConfig(options.config, {})
  return {
    count: 1,
    open: async (_index, listener) =>
      new LocalWorker({
        broker,
        functions,
        functionContext: {
          now: () => clock.now(),
          random,
          config: (name) => config[`ksql.functions.${name}`],
          budget: new Budget({ ...limitsFrom((name) => config[name]), elapsed: () => timer.elapsed() }),
        },
        clock,
        timer,
        stores,
        listener,
        transactionalId: options.transactionalId ?? `${config['ksql.service.id'] ?? 'default_'}-0`,
        compression: compressionOf(config),
        ...(schemas !== undefined && { schemas }),
      }),
    close: async () => {},
  }
}
