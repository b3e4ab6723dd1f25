/** The limit of what a function makes out of small arguments: one record must not be able to fill the memory. */

/** Characters, bytes or elements. Far above what a topic takes in a record. */
const MAX_SIZE = 2 ** 24

/** Throws an Error if a result of `size` characters, bytes or elements is too large. */
export function refuseTooLarge(name: string, size: number): void {
  if (size > MAX_SIZE) throw new Error(`The result of ${name} would be too large: ${size}, at most ${MAX_SIZE}`)
}
