/** Why a command of `millrace migrations` did nothing, or stopped. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError'
}
