/** Partitions grouped by the broker that leads them. */

/** Adds `one` to the list of `nodeId`. */
export function addTo<One>(lists: Map<number, One[]>, nodeId: number, one: One): void {
  const list = lists.get(nodeId)
  if (list === undefined) lists.set(nodeId, [one])
  else list.push(one)
}
