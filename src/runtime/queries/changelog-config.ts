/** Configuration of the changelog topic of a store. Source: Kafka Streams' UnwindowedUnversionedChangelogTopicConfig, WindowedChangelogTopicConfig. */
import type { TopicConfig } from '../../broker/broker.ts'
import type { StoreSpec } from '../../state/store.ts'

/** What windows expire by is stream time, which may lag behind the wall clock. As `windowstore.changelog.additional.retention.ms`. */
const ADDITIONAL_RETENTION_MS = 86_400_000

/** What expires in the store is not deleted one by one in its changelog: retention does that. */
export const changelogConfig = ({ kind, retentionMs }: StoreSpec): TopicConfig =>
  kind === 'keyValue' || retentionMs === undefined
    ? { 'cleanup.policy': 'compact' }
    : { 'cleanup.policy': 'compact,delete', 'retention.ms': String(retentionMs + ADDITIONAL_RETENTION_MS) }
