/** What a change of a running query costs: the records that its new version reads again, and how fast that goes. */
import type { Broker, CommittedOffset, PartitionOffset } from '../../broker/broker.ts'
import { positionKey } from '../../broker/position-key.ts'
import type { MeasuredRead } from '../../plan/change/describe-change.ts'
import type { ReadStart, SourceRead } from '../../plan/change/start.ts'
import { readOrigin } from '../../runtime/assignment.ts'
import type { QueryStatus } from '../../runtime/query-runtime.ts'

/** Where each partition of a topic begins for a new version, and where the running one stands. */
export interface ReadRange {
  readonly partition: number
  readonly begin: number
  readonly handover: number
  /** Records below `begin` that the start names and that are gone. */
  readonly missing: number
}

/** A topic that a new version reads, with the range of each of its partitions. */
export interface RangedRead extends SourceRead {
  readonly ranges: readonly ReadRange[]
}

/** Positions of the running query, by partition (`positionKey`). */
type Positions = ReadonlyMap<string, CommittedOffset>

/** `group`: that of the running query. Rejects with a BrokerError. */
export async function readRanges(reads: readonly SourceRead[], group: string, broker: Broker): Promise<RangedRead[]> {
  const committed = await broker.fetchOffsets(group)
  const positions = new Map(committed.map((position) => [positionKey(position), position]))
  return Promise.all(reads.map(async (read) => ({ ...read, ranges: await rangesOf(read, positions, broker) })))
}

async function rangesOf({ topic, from }: SourceRead, positions: Positions, broker: Broker): Promise<ReadRange[]> {
  const [starts, ends] = await Promise.all([
    broker.startOffsets(topic),
    broker.endOffsets(topic, { readCommitted: true }),
  ])
  const begins = await beginsOf(topic, from, starts, broker)
  return starts.map(({ partition, offset: first }) => {
    const running = positions.get(positionKey({ topic, partition }))
    const handover = Math.max(first, running?.offset ?? ends[partition]?.offset ?? first)
    const begin = from === 'handover' ? handover : Math.min(handover, begins[partition]?.offset ?? first)
    const origin = running === undefined ? 0 : (readOrigin(running.metadata) ?? 0)
    const missing = from !== 'handover' && begin === first ? Math.max(0, first - origin) : 0
    return { partition, begin, handover, missing }
  })
}

const beginsOf = async (
  topic: string,
  from: ReadStart,
  starts: PartitionOffset[],
  broker: Broker,
): Promise<readonly PartitionOffset[]> =>
  typeof from === 'number' ? broker.offsetsForTimestamp(topic, from) : Promise.resolve(starts)

/** `status`: of the running query; undefined: it does not run here. Rejects with a BrokerError. */
export async function measureReads(
  reads: readonly SourceRead[],
  group: string,
  broker: Broker,
  status: QueryStatus | undefined,
): Promise<MeasuredRead[]> {
  return (await readRanges(reads, group, broker)).map((read) => measured(read, status))
}

function measured({ ranges, ...read }: RangedRead, status: QueryStatus | undefined): MeasuredRead {
  const sum = (value: (range: ReadRange) => number) => ranges.reduce((total, range) => total + value(range), 0)
  const records = sum(({ begin, handover }) => handover - begin)
  const perRecord =
    status === undefined || status.recordsConsumed === 0 ? null : status.bytesConsumed / status.recordsConsumed
  return {
    ...read,
    records,
    bytes: perRecord === null ? null : Math.round(records * perRecord),
    missing: sum(({ missing }) => missing),
  }
}

/** Below this many records the sample of times says little. */
const ENOUGH_RECORDS = 1000

/** Null: too few were processed to tell. */
export function rateOf(status: QueryStatus | undefined): number | null {
  if (status === undefined || status.recordsConsumed < ENOUGH_RECORDS) return null
  const workMs = status.steps.reduce((sum, { timeMs }) => sum + (timeMs ?? 0), 0)
  return workMs <= 0 ? null : status.recordsConsumed / (workMs / 1000)
}
