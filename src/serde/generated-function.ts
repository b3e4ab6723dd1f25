/**
 * Functions made of generated source. Each has its own feedback in V8, which keeps it fast whatever other queries do. Where very many have
 * the same text, as with a thousand queries of one shape, later ones share what was compiled: a function that sees few records would stay
 * in the interpreter. Measured with 1,000 filter queries: half of the time per record was in functions that were never optimized.
 */

/** Functions of one text that are compiled each by itself. */
const OWN_COPIES = 8
/** Texts remembered; the oldest are forgotten. */
const MAX_TEXTS = 1_000

type Factory = (...values: unknown[]) => unknown

const made = new Map<string, { count: number; factory: Factory }>()

/** What the function of `names` and body `text` returns for `values`. The text holds nothing that a user wrote except as JSON strings. */
export function generatedFunction(names: readonly string[], text: string, values: readonly unknown[]): unknown {
  const identity = `${names.join()}:${text}`
  const known = made.get(identity)
  if (known !== undefined && known.count >= OWN_COPIES) return known.factory(...values)
  const factory = new Function(...names, text) as Factory
  made.set(identity, { count: (known?.count ?? 0) + 1, factory })
  if (made.size > MAX_TEXTS) made.delete(made.keys().next().value!)
  return factory(...values)
}
