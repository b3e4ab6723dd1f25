/** What happens to a query whose positions are lost: it stays in ERROR, or continues at the start or the end of the partitions. */
import type { Broker, GroupOffset, TopicPartition } from '../../broker/broker.ts'
import { BrokerError } from '../../broker/broker-error.ts'
import { positionKey } from '../../broker/position-key.ts'
import { originMetadata, readOrigin } from '../assignment.ts'
import type { LostOffset } from '../offsets-lost-error.ts'
import type { Config } from '../query-config.ts'
import type { PositionCommits } from './position-commits.ts'

const SETTING = 'millrace.offset.out.of.range'

/** As Kafka's `auto.offset.reset` for positions that are out of range; `fail` is its `none`. */
export type LostOffsetPolicy = 'fail' | 'earliest' | 'latest'

function lostOffsetPolicy(config: Config): LostOffsetPolicy {
  const policy = config[SETTING]?.toLowerCase()
  return policy === 'earliest' || policy === 'latest' ? policy : 'fail'
}

/** What happens to a query, and to which of its positions. */
export interface Decision {
  readonly lost: readonly LostOffset[]
  readonly policy: LostOffsetPolicy
  /** Whether keys now lie in other partitions, so that state has to be built again. */
  readonly isRepartitioned: boolean
  /** Sentences for the operator, behind the cause. */
  readonly told: string
}

/** `inputs`: partitions that the query reads here. `isAlone`: whether all of its tasks are on this server. */
export function decide(
  found: readonly LostOffset[],
  {
    inputs,
    config,
    isAlone,
  }: { readonly inputs: readonly TopicPartition[]; readonly config: Config; readonly isAlone: boolean },
): Decision {
  const lost = withWholeTopics(found, inputs)
  const isRepartitioned = lost.some(({ kind }) => kind === 'repartitioned')
  // Other servers have a part of the state whose keys now lie elsewhere.
  const canContinue = !isRepartitioned || isAlone
  const policy = canContinue ? policyFor(lost, config) : 'fail'
  return { lost, policy, isRepartitioned, told: describePolicy(policy, { canContinue }) }
}

/** The policy for these: a topic that was made again holds no record that the query has read, so it is read from its start. */
function policyFor(lost: readonly LostOffset[], config: Config): LostOffsetPolicy {
  const policy = lostOffsetPolicy(config)
  return policy === 'fail' && lost.every(({ kind }) => kind === 'gone') ? 'earliest' : policy
}

/** A topic that was made again is gone with all of its partitions among `inputs`, although each task notices only its own. */
function withWholeTopics(lost: readonly LostOffset[], inputs: readonly TopicPartition[]): LostOffset[] {
  const all = new Map(lost.map((one) => [positionKey(one), one]))
  for (const one of lost) {
    if (one.kind !== 'gone') continue
    for (const { topic, partition } of inputs) {
      const key = positionKey({ topic, partition })
      if (topic === one.topic && !all.has(key)) all.set(key, { ...one, partition })
    }
  }
  return [...all.values()]
}

/** What the operator learns behind the cause. `canContinue`: whether another policy would let the query continue. */
function describePolicy(policy: LostOffsetPolicy, { canContinue }: { readonly canContinue: boolean }): string {
  if (policy !== 'fail') return `The query continues at the ${policy} record there.`
  if (!canContinue) return 'Terminate the query and create it again.'
  return `Set ${SETTING} to earliest or latest to let the query continue there, or terminate the query and create it again.`
}

/**
 * Commits where the query continues in the partitions; with `fail` that it must not, so that it does not continue in the middle
 * once they have grown. Rejects with a BrokerError.
 */
export async function settleLostOffsets(
  lost: readonly LostOffset[],
  policy: LostOffsetPolicy,
  {
    application,
    broker,
    positions,
  }: { readonly application: string; readonly broker: Broker; readonly positions: Pick<PositionCommits, 'commit'> },
): Promise<void> {
  const committed = new Map(
    (await broker.fetchOffsets(application)).map((offset) => [positionKey(offset), offset] as const),
  )
  const offsets: GroupOffset[] = []
  for (const { topic, partition, position } of lost) {
    const [start, end] = await boundsOf(broker, topic, partition)
    if (start === null || end === null) continue
    const known = committed.get(positionKey({ topic, partition }))
    if (policy === 'fail') {
      const origin = readOrigin(known?.metadata ?? '') ?? start
      offsets.push({
        topic,
        partition,
        offset: position ?? known?.offset ?? start,
        metadata: originMetadata(origin, 'lost'),
      })
      continue
    }
    const offset = policy === 'earliest' ? start : end
    offsets.push({ topic, partition, offset, metadata: originMetadata(offset, 'reset') })
  }
  await positions.commit(application, offsets)
}

/** First and last offset of a partition; nulls if there is no such partition. */
async function boundsOf(broker: Broker, topic: string, partition: number): Promise<[number | null, number | null]> {
  try {
    const starts = await broker.startOffsets(topic)
    const ends = await broker.endOffsets(topic, { readCommitted: true })
    return [starts[partition]?.offset ?? null, ends[partition]?.offset ?? null]
  } catch (error) {
    if (error instanceof BrokerError && error.code === 'UNKNOWN_TOPIC') return [null, null]
    throw error
  }
}
