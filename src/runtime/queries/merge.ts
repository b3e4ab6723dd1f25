/** Several asynchronous sequences as one, each item when it is there. */

/** In no order between the parts. Ending early ends the parts. */
export async function* merge<Item>(parts: readonly AsyncIterable<Item>[]): AsyncIterable<Item> {
  const iterators = parts.map((part) => part[Symbol.asyncIterator]())
  const next = async (index: number) => ({ index, result: await iterators[index]!.next() })
  const waiting = new Map(iterators.map((_, index) => [index, next(index)]))
  try {
    while (waiting.size > 0) {
      const { index, result } = await Promise.race(waiting.values())
      if (result.done) {
        waiting.delete(index)
        continue
      }
      waiting.set(index, next(index))
      yield result.value
    }
  } finally {
    await Promise.allSettled([...waiting.keys()].map((index) => iterators[index]!.return?.()))
  }
}
