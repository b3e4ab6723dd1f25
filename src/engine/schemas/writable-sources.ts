/**
 * Streams and tables as INSERT VALUES writes to them: with the registered schemas of their formats. A source is registered when it is first
 * written to, as for many topics that never happens.
 */
import type { DataSource } from '../../metastore/data-source.ts'
import { insertRegistrations, withSchemas } from '../../plan/schema-registration.ts'
import type { StatementSchemas } from './statement-schemas.ts'

export class WritableSources {
  readonly #schemas: StatementSchemas
  /** An altered source is another object. */
  readonly #sources = new WeakMap<DataSource, Promise<DataSource>>()

  constructor(schemas: StatementSchemas) {
    this.#schemas = schemas
  }

  /** The source with the schemas that its rows are written with. Rejects with StatementError. */
  of(source: DataSource): Promise<DataSource> {
    const known = this.#sources.get(source)
    if (known !== undefined) return known
    const written = this.#register(source)
    this.#sources.set(source, written)
    written.catch(() => this.#sources.delete(source))
    return written
  }

  /** A source of other formats stays the same object. */
  async #register(source: DataSource): Promise<DataSource> {
    const registrations = insertRegistrations(source)
    return registrations.length === 0 ? source : withSchemas(source, await this.#schemas.register(registrations))
  }
}
