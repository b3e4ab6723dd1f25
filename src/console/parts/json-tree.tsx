/** A value whose parts can be folded. */
import { ExactNumber, type Json } from '../api/exact-json.ts'

/** Levels that are open at first. */
const OPEN_LEVELS = 2
/** A list of more entries is cut: a table is the place for them. */
const MOST_ENTRIES = 200

interface JsonTreeProps {
  readonly value: Json
  readonly name?: string
  readonly level?: number
}

export function JsonTree({ value, name, level = 0 }: JsonTreeProps) {
  const label = name === undefined ? null : <span class="json-name">{name}</span>
  if (value === null || typeof value !== 'object' || value instanceof ExactNumber) {
    return (
      <div class="json-leaf">
        {label}
        <Leaf value={value} />
      </div>
    )
  }
  const entries = Object.entries(value as Readonly<Record<string, Json>>)
  const size = Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`
  return (
    <details class="json-node" open={level < OPEN_LEVELS}>
      <summary>
        {label}
        <span class="json-size">{size}</span>
      </summary>
      {entries.slice(0, MOST_ENTRIES).map(([key, inner]) => (
        <JsonTree key={key} name={key} value={inner} level={level + 1} />
      ))}
      {entries.length > MOST_ENTRIES && <div class="json-leaf dim">{entries.length - MOST_ENTRIES} more</div>}
    </details>
  )
}

function Leaf({ value }: { readonly value: Exclude<Json, object> | ExactNumber | null }) {
  if (value === null) return <span class="json-null">null</span>
  if (typeof value === 'string') return <span class="json-text">{value}</span>
  return <span class="json-number">{String(value)}</span>
}
