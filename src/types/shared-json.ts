/**
 * Equal parts of plain data as one object. Thousands of plans that differ in a constant each come as JSON of their own; all but the
 * steps that hold the constant are then the same objects.
 */

/** Objects that are remembered; those of a plan are about a hundred. */
const MAX_OBJECTS = 20_000
/** Objects with more text of their own are not remembered. */
const MAX_CHARS = 4_000

export class SharedJson {
  /** By content, in which objects stand as their numbers. */
  readonly #known = new Map<string, object>()
  readonly #numbers = new WeakMap<object, number>()
  #next = 1

  /** An equal value, of which each plain object and array is shared with equal ones that came before. The caller gives `value` away, and changes neither. */
  share<T>(value: T): T
  share(value: unknown): unknown {
    if (typeof value !== 'object' || value === null || this.#numbers.has(value)) return value
    if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) return value
    const content = this.#shareParts(value)
    if (content.length > MAX_CHARS) return value
    return this.#known.get(content) ?? this.#add(value, content)
  }

  /** Replaces the parts by shared ones. The content of the whole. */
  #shareParts(value: object): string {
    const parts = value as Record<string, unknown>
    let content = Array.isArray(value) ? '[' : '{'
    for (const name of Object.keys(parts)) {
      const part = this.share(parts[name])
      if (part !== parts[name]) parts[name] = part
      content += `${JSON.stringify(name)}:${this.#mark(part)},`
    }
    return content
  }

  #mark(part: unknown): string {
    if (typeof part === 'object' && part !== null) return `#${this.#numberOf(part)}`
    if (typeof part === 'string') return JSON.stringify(part)
    return Object.is(part, -0) ? '-0' : `${typeof part} ${part}`
  }

  #numberOf(part: object): number {
    const known = this.#numbers.get(part)
    if (known !== undefined) return known
    this.#numbers.set(part, this.#next)
    return this.#next++
  }

  #add(value: object, content: string): object {
    if (this.#known.size >= MAX_OBJECTS) this.#known.clear()
    this.#known.set(content, value)
    this.#numberOf(value)
    return value
  }
}
