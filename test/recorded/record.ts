/**
 * Records a command log: `node test/recorded/record.ts VERSION` runs statements.sql, and writes `command-log-VERSION.txt`, in the form of a backup, with
 * `results-VERSION.json`, what its definitions and tables were. To be run once for each version whose commands or plans have another form; never
 * again for a version that has been released, since servers hold logs like the one it wrote.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { TestEngine, temporaryDirectory } from '../support/engine.ts'
import { definitions, INPUTS, TABLES, tableRows } from './world.ts'

const HERE = import.meta.dirname

async function record(version: string): Promise<void> {
  const directory = temporaryDirectory()
  const backups = join(directory.path, 'backups')
  const engine = await TestEngine.open(join(directory.path, 'log'), { 'ksql.metastore.backup.location': backups })
  try {
    await engine.execute(readFileSync(join(HERE, 'statements.sql'), 'utf8'))
    const { queries } = await definitions(engine)
    const idOf = (sink: string) => queries.find(({ id }) => id.startsWith(`CSAS_${sink}_`))!.id
    await engine.execute(
      `PAUSE ${idOf('PAUSED')}; PAUSE ${idOf('TAGGED')}; RESUME ${idOf('TAGGED')}; TERMINATE more_big;`,
    )
    await engine.execute('DROP STREAM dropped DELETE TOPIC;')
    await engine.execute(INPUTS)
    await engine.settled()
    const results = { definitions: await definitions(engine), rows: await tableRows(engine, TABLES) }
    writeFileSync(join(HERE, `results-${version}.json`), `${JSON.stringify(results, null, 2)}\n`)
    const [backup] = readdirSync(backups)
    writeFileSync(join(HERE, `command-log-${version}.txt`), readFileSync(join(backups, backup!)))
  } finally {
    await engine.close()
    directory.remove()
  }
}

await record(process.argv[2] ?? 'new')
process.exit(0)
