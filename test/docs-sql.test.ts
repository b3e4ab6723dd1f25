/**
 * The statements of the documentation, run in order over the embedded engine as one session would. After a SELECT, lines `--> [...]` are the rows
 * it must answer with, in any order. In a block marked `refused` every statement must be refused. Files that a page shows and loads by
 * `millrace produce` are read and inserted as that command does.
 */
import { Readable } from 'node:stream'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { ROW_FORMATS, rowFormatOfFile } from '../src/cli/rows/row-format.ts'
import { RowShaper } from '../src/cli/rows/row-shaper.ts'
import { statementKind } from '../src/cli/statement-kind.ts'
import type { LineStream, RowStream, StreamEnd } from '../src/engine/api.ts'
import type { SourceDescriptionEntity } from '../src/engine/describe/entities.ts'
import { StatementFailure } from '../src/engine/statement-failure.ts'
import { StatementError } from '../src/errors.ts'
import { InProcessRegistry } from '../src/registry/in-process/in-process-registry.ts'
import { rulesOf } from '../src/registry/rules/rules-of.ts'
import { rowWriter } from '../src/server/rows/row-text.ts'
import { parseStatements } from '../src/sql/parse.ts'
import { ConnectServer } from './support/connect/connect-server.ts'
import { type Example, examplesOf } from './support/doc-examples.ts'
import { TestEngine, temporaryDirectory } from './support/engine.ts'

const PAGES = [
  'README.md',
  'docs/tutorial.md',
  'docs/sql.md',
  'docs/changing-queries.md',
  'docs/formats.md',
  'docs/functions-in-javascript.md',
  'docs/recipes.md',
  'docs/troubleshooting.md',
]

describe.each(PAGES)('%s', (page) => {
  const directory = temporaryDirectory()
  const connect = new ConnectServer()
  const opened = openEngine()
  const session = { properties: {} as Record<string, string>, variables: {} as Record<string, string> }

  afterAll(async () => {
    await (await opened).close()
    await connect.close()
    directory.remove()
  })

  it.each(examplesOf(page))('line $line: $sql', async ({ sql, isRefused, rows, load }) => {
    const engine = await opened
    if (load !== null) {
      await insertFile(engine, load)
    } else if (isRefused) {
      const refusal = await run(engine, sql, rows).then(
        () => null,
        (error: unknown) => error,
      )
      expect(refusal instanceof StatementError || refusal instanceof StatementFailure, String(refusal)).toBe(true)
    } else {
      await run(engine, sql, rows)
    }
  })

  async function openEngine(): Promise<TestEngine> {
    const { url } = await connect.start()
    const properties = { 'auto.offset.reset': 'latest', 'ksql.connect.url': url }
    return TestEngine.openWithRegistry(directory.path, new InProcessRegistry({ rules: rulesOf }), properties)
  }

  async function run(engine: TestEngine, sql: string, rows: readonly string[]): Promise<void> {
    switch (statementKind(sql)) {
      case 'query':
      case 'print':
        return check(engine, await engine.engine.openQuery({ sql, ...session }), rows)
      case 'insert':
      case 'other':
        await engine.execute(sql, session)
        return engine.settled()
      default:
        return changeSession(sql)
    }
  }

  function changeSession(sql: string): void {
    const [statement] = parseStatements(sql)
    if (statement?.kind === 'set') session.properties[statement.name] = statement.value
    if (statement?.kind === 'unset') delete session.properties[statement.name]
    if (statement?.kind === 'define') session.variables[statement.name] = statement.value
    if (statement?.kind === 'undefine') delete session.variables[statement.name]
  }
})

async function insertFile(engine: TestEngine, { target, file, text }: NonNullable<Example['load']>): Promise<void> {
  const [entity] = await engine.execute(`DESCRIBE ${target};`)
  const { sourceDescription } = entity as SourceDescriptionEntity
  const shaper = new RowShaper(sourceDescription, { key: null, timestamp: null })
  const insert = await engine.engine.openInserts(target)
  const read = ROW_FORMATS[rowFormatOfFile(file)]
  const options = { target: sourceDescription, columns: null, delimiter: null }
  for await (const rows of read(Readable.from([Buffer.from(text)]), options)) {
    await Promise.all(rows.map((row) => insert(shaper.shape(row))))
  }
  await engine.settled()
}

/** What never ends by itself is closed when it has answered with the rows that are expected. */
async function check(engine: TestEngine, stream: RowStream | LineStream, rows: readonly string[]): Promise<void> {
  const got: string[] = []
  const ended = new Promise<StreamEnd>((resolve) => {
    if (stream.kind === 'print') {
      stream.subscribe({ onItems: (lines) => void got.push(...lines), onEnd: resolve })
    } else {
      const write = rowWriter(stream.columns)
      stream.subscribe({ onItems: (items) => void got.push(...items.map(({ row }) => write(row))), onEnd: resolve })
    }
  })
  if (stream.kind === 'push') {
    await vi.waitFor(() => expect(got.toSorted()).toEqual(rows.toSorted()))
    await engine.settled()
    await stream.close()
  }
  expect((await ended).reason).not.toBe('error')
  if (stream.kind !== 'print') expect(got.toSorted()).toEqual(rows.toSorted())
}
