/** Kafka's requests name a topic once, then its partitions. Keeps the order of first appearance. */
export function groupByTopic<Item extends { readonly topic: string }, Partition>(
  items: readonly Item[],
  toPartition: (item: Item) => Partition,
): { topic: string; partitions: Partition[] }[] {
  const byTopic = new Map<string, Partition[]>()
  for (const item of items) {
    const partitions = byTopic.get(item.topic) ?? []
    partitions.push(toPartition(item))
    byTopic.set(item.topic, partitions)
  }
  return [...byTopic].map(([topic, partitions]) => ({ topic, partitions }))
}
