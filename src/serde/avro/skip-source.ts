/** Source of statements that step over values, which finds the faults of their encoding but makes nothing of them. */
import { type AvroType, codeOf, nullableOf } from './schema.ts'
import { sizeOf } from './sizes.ts'
import type { SourceBuilder } from './source-builder.ts'

/** Statements that read or step over fields in their order; neighbours of fixed size are stepped over at once. */
export class Steps {
  readonly #statements: string[] = []
  #skipped = 0

  add(statement: string): void {
    this.#flush()
    this.#statements.push(statement)
  }

  skip(size: number): void {
    this.#skipped += size
  }

  all(): readonly string[] {
    this.#flush()
    return this.#statements
  }

  #flush(): void {
    if (this.#skipped > 0) this.#statements.push(`skipFixed(input, ${this.#skipped})`)
    this.#skipped = 0
  }
}

export class SkipSource {
  readonly #source: SourceBuilder

  constructor(source: SourceBuilder) {
    this.#source = source
  }

  into(steps: Steps, type: AvroType): void {
    const { min, isFixed } = sizeOf(type)
    if (isFixed) steps.skip(min)
    else steps.add(this.statement(type))
  }

  /** A statement that steps over a value. */
  statement(type: AvroType): string {
    const { min, isFixed } = sizeOf(type)
    if (isFixed) return min === 0 ? '' : `skipFixed(input, ${min})`
    switch (type.kind) {
      case 'bytes':
      case 'string':
        return 'skipExtent(input)'
      case 'array':
        return this.#skipBlocks(type, type.items, '')
      case 'map':
        return this.#skipBlocks(type, type.values, 'skipExtent(input)\n')
      case 'record':
        return this.#skipShared(type, () => {
          const steps = new Steps()
          for (const field of type.fields) this.into(steps, field.type)
          return this.#source.sequence('input', steps.all())
        })
      case 'union': {
        const single = nullableOf(type)
        if (single !== null)
          return `if (readBranch(input, 2) === ${codeOf(type, single)}) { ${this.statement(single)} }`
        return this.#skipShared(type, () => {
          const cases = type.branches.map((branch, i) => `case ${2 * i}: ${this.statement(branch)}; break`)
          return `switch (readBranch(input, ${type.branches.length})) {\n${cases.join('\n')}\n}`
        })
      }
      default:
        return 'skipNumber(input)'
    }
  }

  #skipBlocks(type: AvroType, items: AvroType, before: string): string {
    const min = sizeOf(items).min + (type.kind === 'map' ? 1 : 0)
    return this.#skipShared(
      type,
      () => `for (let count = 0, total = 0; count >= 0; total += count) {
        count = skipBlock(input, ${min}, total)
        for (let i = 0; i < count; i++) { ${before}${this.statement(items)} }
      }`,
    )
  }

  #skipShared(type: AvroType, body: () => string): string {
    return `${this.#source.sharedFunction(`skip ${this.#source.idOf(type)}`, 'input', body)}(input)`
  }
}
