/** The slots whose state this server follows: it has standbys of their tasks. */
export class FollowedSlots {
  #slots: ReadonlySet<number> = new Set()

  get all(): ReadonlySet<number> {
    return this.#slots
  }

  set(slots: readonly number[]): void {
    this.#slots = new Set(slots)
  }
}
