/** The positions at which a new version of a query begins, committed before its statement is in the command log. */
import { originMetadata } from '../../runtime/assignment.ts'
import { runningVersion } from '../commands/catalog.ts'
import type { ReplacementEffect } from '../commands/replacement.ts'
import { groupIdOf } from '../describe/describe-query.ts'
import type { EngineParts } from '../parts.ts'
import { readRanges } from './measure-change.ts'

/** Rejects with a BrokerError. */
export async function beginVersion(
  { sink, version, reads }: Extract<ReplacementEffect, { kind: 'stageVersion' }>,
  { broker, config, catalog }: Pick<EngineParts, 'broker' | 'config' | 'catalog'>,
): Promise<void> {
  const running = runningVersion(catalog(), sink)
  if (running === undefined) return
  const group = groupIdOf(version.link.queryId, config)
  const ranged = await readRanges(reads, groupIdOf(running.link.queryId, config), broker)
  const offsets = ranged.flatMap(({ topic, ranges }) =>
    ranges.map(({ partition, begin }) => ({ topic, partition, offset: begin, metadata: originMetadata(begin) })),
  )
  // An attempt whose statement did not reach the log may have left positions.
  await broker.deleteGroup(group)
  await broker.commitOffsets(group, offsets)
}
