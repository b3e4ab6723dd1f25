/** Why bytes cannot be read as Avro. Thrown inside the reader and turned into a ReadError at its edge. */

/** Not an Error: taking a stack trace would cost more than reading several records. */
export class AvroFailure {
  readonly message: string

  constructor(message: string) {
    this.message = message
  }
}
