/**
 * The statements of the documentation, run in order over the embedded engine as one session would. After a SELECT, lines `--> [...]` are the rows
 * it must answer with, in any order. In a block marked `refused` every statement must be refused.
 */
import { afterAll, describe, expect, it, vi } from 'vitest'
import { statementKind } from '../src/cli/statement-kind.ts'
import type { LineStream, RowStream, StreamEnd } from '../src/engine/api.ts'
import { StatementFailure } from '../src/engine/statement-failure.ts'
import { StatementError } from '../src/errors.ts'
import { InProcessRegistry } from '../src/registry/in-process/in-process-registry.ts'
import { rulesOf } from '../src/registry/rules/rules-of.ts'
import { rowWriter } from '../src/server/rows/row-text.ts'
import { parseStatements } from '../src/sql/parse.ts'
import { examplesOf } from './support/doc-examples.ts'
import { TestEngine, temporaryDirectory } from './support/engine.ts'

describe.each(['docs/sql.md', 'docs/formats.md', 'docs/recipes.md', 'README.md'])('%s', (page) => {
  const directory = temporaryDirectory()
  const registry = new InProcessRegistry({ rules: rulesOf })
  const opened = TestEngine.openWithRegistry(directory.path, registry, { 'auto.offset.reset': 'latest' })
  const session = { properties: {} as Record<string, string>, variables: {} as Record<string, string> }

  afterAll(async () => {
    await (await opened).close()
    directory.remove()
  })

  it.each(examplesOf(page))('line $line: $sql', async ({ sql, isRefused, rows }) => {
    const engine = await opened
    if (isRefused) {
      const refusal = await run(engine, sql, rows).then(
        () => null,
        (error: unknown) => error,
      )
      expect(refusal instanceof StatementError || refusal instanceof StatementFailure, String(refusal)).toBe(true)
    } else {
      await run(engine, sql, rows)
    }
  })

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
