/** An engine over an embedded log with a stream `s (id INT KEY, v STRING)`, for tests of connectors. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EmbeddedLog, openEmbeddedLog } from '../../../src/broker/embedded/embedded-log.ts'
import { RecordBatchBuilder } from '../../../src/broker/record-batch-builder.ts'
import type { SecretVault } from '../../../src/connectors/secret-vault.ts'
import type { ConnectorDescription } from '../../../src/engine/describe/entities.ts'
import { TestEngine } from '../engine.ts'
import { readTopic, type TextRecord } from '../read-topic.ts'

export class ConnectorWorld {
  readonly directory = mkdtempSync(join(tmpdir(), 'millrace-connectors-'))
  readonly warnings: string[] = []
  engine!: TestEngine
  #log!: EmbeddedLog

  static async open(
    environment: Readonly<Record<string, string>> = {},
    vault: SecretVault | null = null,
  ): Promise<ConnectorWorld> {
    const world = new ConnectorWorld(environment, vault)
    const dataDir = join(world.directory, 'log')
    world.#log = await openEmbeddedLog({ dataDir, fsync: 'never', maintenanceIntervalMs: 0, warn: console.error })
    await world.#openEngine()
    return world
  }

  readonly #environment: Readonly<Record<string, string>>
  readonly #vault: SecretVault | null

  private constructor(environment: Readonly<Record<string, string>>, vault: SecretVault | null) {
    this.#environment = environment
    this.#vault = vault
  }

  /** Directory whose files connectors may use. */
  get files(): string {
    return join(this.directory, 'files')
  }

  async #openEngine(): Promise<void> {
    const warn = (message: string) => void this.warnings.push(message)
    this.engine = await TestEngine.over(
      this.#log,
      {},
      {
        files: this.files,
        environment: this.#environment,
        ...(this.#vault !== null && { vault: this.#vault }),
        warn,
      },
    )
  }

  /** As after a restart of the server. */
  async restart(): Promise<void> {
    await this.engine.closeEngine()
    await this.#openEngine()
  }

  /** The next server, after `engine.closeEngine`. */
  async reopen(): Promise<void> {
    await this.#openEngine()
  }

  async close(): Promise<void> {
    await this.engine.close()
    rmSync(this.directory, { recursive: true, force: true })
  }

  run(sql: string) {
    return this.engine.execute(sql)
  }

  async createStream(partitions = 1): Promise<void> {
    await this.run(
      `CREATE STREAM s (id INT KEY, v STRING) WITH (kafka_topic='s', value_format='JSON', partitions=${partitions});`,
    )
  }

  /** A sink from `s`. */
  async createSink(name: string, connector: string, options: Readonly<Record<string, string>>): Promise<void> {
    const given = Object.entries({ connector, ...options }).map(
      ([key, value]) => `"${key.toUpperCase() === 'CONNECTOR' ? 'connector' : key}"='${value.replaceAll("'", "''")}'`,
    )
    await this.run(`CREATE SINK ${name} FROM s WITH (${given.join(', ')});`)
  }

  /** Appends records to a partition of a topic: keys and values as bytes of their texts. */
  async produce(
    topic: string,
    records: readonly { readonly key: string | null; readonly value: string | null }[],
    partition = 0,
  ): Promise<void> {
    const builder = new RecordBatchBuilder()
    for (const { key, value } of records) {
      builder.append(1000, key === null ? null : Buffer.from(key), value === null ? null : Buffer.from(value))
    }
    const producer = this.engine.broker.producer()
    await producer.send(topic, partition, builder.finish())
    await producer.close()
  }

  /** Rows of `s` in its partition 0. */
  async insert(rows: readonly { readonly id: number; readonly v: string }[]): Promise<void> {
    const key = (id: number) => {
      const bytes = Buffer.alloc(4)
      bytes.writeInt32BE(id)
      return bytes
    }
    const builder = new RecordBatchBuilder()
    for (const { id, v } of rows) builder.append(1000 + id, key(id), Buffer.from(JSON.stringify({ V: v })))
    const producer = this.engine.broker.producer()
    await producer.send('s', 0, builder.finish())
    await producer.close()
  }

  /** All records of a topic, without their places. */
  async read(topic: string): Promise<Pick<TextRecord, 'key' | 'value' | 'headers'>[]> {
    const records = await readTopic(this.engine.broker, topic)
    return records.map(({ key, value, headers }) => ({ key, value, headers }))
  }

  async describe(name: string): Promise<ConnectorDescription> {
    const [entity] = await this.run(`DESCRIBE CONNECTOR ${name};`)
    if (entity?.['@type'] !== 'connector_description') throw new Error(`no description of ${name}`)
    return entity
  }
}
