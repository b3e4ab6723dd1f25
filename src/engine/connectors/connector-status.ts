/** What the servers of the cluster run of the built-in connectors, put together. */
import type { ConnectorStatus as Running } from '../../connectors/run/connector-spec.ts'
import { formatName } from '../../sql/format-names.ts'
import { askPeers } from '../cluster/ask-peers.ts'
import { hostIn } from '../cluster/peer-states.ts'
import type { BuiltInFacts, ConnectorDescription } from '../describe/entities.ts'
import type { Scope } from '../scope.ts'

type Task = ConnectorDescription['status']['tasks'][number]

export interface WholeStatus
  extends Pick<BuiltInFacts, 'records' | 'recordsPerSecond' | 'refused' | 'retries' | 'lag' | 'lastError'> {
  /** By id; each with the server that runs it. */
  readonly tasks: readonly Task[]
}

export interface WholeStatuses {
  readonly of: (name: string) => WholeStatus
  /** Servers that do not answer, whose tasks are missing. */
  readonly warnings: readonly string[]
}

const NOTHING: WholeStatus = {
  tasks: [],
  records: 0,
  recordsPerSecond: 0,
  refused: 0,
  retries: 0,
  lag: null,
  lastError: null,
}

/** The state of these built-in connectors on all servers; on this one alone if the caller is another server. */
export async function wholeStatuses(
  names: readonly string[],
  { parts, session }: Pick<Scope, 'parts' | 'session'>,
): Promise<WholeStatuses> {
  if (names.length === 0) return { of: () => NOTHING, warnings: [] }
  const statements = names.map((name) => `DESCRIBE CONNECTOR ${formatName(name)};`).join(' ')
  const [own, answers] = await Promise.all([
    parts.connectors.status(),
    askPeers(parts.peers, session.caller, { statements, read: statusesIn }),
  ])
  const worker = workerId({ parts })
  const statuses = new Map(own.map((running) => [running.name, ownStatus(running, worker)]))
  for (const { result } of answers) {
    for (const [name, status] of result ?? []) statuses.set(name, sum(statuses.get(name) ?? NOTHING, status))
  }
  const silent = answers.filter(({ result }) => result === null)
  return {
    of: (name) => statuses.get(name) ?? NOTHING,
    warnings: silent.map(
      ({ address }) => `The server ${hostIn(address)} does not answer: its tasks and counts are missing.`,
    ),
  }
}

/** This server, as Connect names a worker. */
export const workerId = ({ parts: { peers, config } }: Pick<Scope, 'parts'>): string =>
  peers?.address ?? config.get('ksql.advertised.listener') ?? 'this server'

function ownStatus({ name: _, tasks, ...counts }: Running, worker: string): WholeStatus {
  return { ...counts, tasks: tasks.map((task) => ({ ...task, worker_id: worker })) }
}

function statusesIn(entities: readonly unknown[]): ReadonlyMap<string, WholeStatus> {
  return new Map(
    (entities as readonly ConnectorDescription[]).map(({ status, builtIn }) => [
      status.name,
      { ...NOTHING, ...builtIn, tasks: status.tasks },
    ]),
  )
}

/** While a slot moves, two servers may show the same task: it is shown once. */
function sum(a: WholeStatus, b: WholeStatus): WholeStatus {
  const tasks = new Map([...b.tasks, ...a.tasks].map((task) => [task.id, task]))
  const errors = [a.lastError, b.lastError].filter((error) => error !== null)
  return {
    tasks: [...tasks.values()].sort((left, right) => left.id - right.id),
    records: a.records + b.records,
    recordsPerSecond: a.recordsPerSecond + b.recordsPerSecond,
    refused: a.refused + b.refused,
    retries: a.retries + b.retries,
    lag: a.lag === null && b.lag === null ? null : (a.lag ?? 0) + (b.lag ?? 0),
    lastError: errors.toSorted((left, right) => right.time - left.time)[0] ?? null,
  }
}
