/**
 * The choices that make a random query, kept as a list of numbers: the same list makes the same query, and a list with smaller numbers, or fewer, makes a
 * simpler one. So a query that fails is made smaller without knowing what it consists of. Source: the choice sequences of Hypothesis.
 */
import type { Random } from '../../support/random.ts'

/** Larger than any number of alternatives. */
const CHOICES = 1 << 16

export class Choices {
  /** What was chosen so far. */
  readonly taken: number[] = []
  readonly #next: () => number

  private constructor(next: () => number) {
    this.#next = next
  }

  static random(random: Random): Choices {
    return new Choices(() => random.integer(0, CHOICES - 1))
  }

  /** The choices of that list, and the first alternative where it ends. */
  static of(list: readonly number[]): Choices {
    let place = 0
    return new Choices(() => list[place++] ?? 0)
  }

  /** From 0 up to `count`. */
  below(count: number): number {
    const choice = this.#next() % count
    this.taken.push(choice)
    return choice
  }

  /** The simplest item comes first. */
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!
  }

  /** `of` is how many of a hundred are true. */
  chance(of: number): boolean {
    return this.below(100) >= 100 - of
  }

  /** Some items in their order, `least` or more. */
  some<T>(items: readonly T[], least: number): T[] {
    const count = least + this.below(items.length - least + 1)
    const left = [...items]
    const chosen = new Set(Array.from({ length: count }, () => left.splice(this.below(left.length), 1)[0]))
    return items.filter((item) => chosen.has(item))
  }
}
