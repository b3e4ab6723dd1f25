/** Stored state that cannot be read as it was written. */

export class StateDamagedError extends Error {
  override readonly name = 'StateDamagedError'

  constructor(directory: string, cause: Error) {
    super(`The state in ${directory} is damaged. It is built again from the query's topics: try again.`, { cause })
  }
}
