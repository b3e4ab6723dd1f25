/**
 * Connectors: the server is killed at random moments while lines of a file flow through the source `file` into a topic, and from there through
 * all sinks at once. In the end every target must have each record, and those with exactly once no record twice. Options: `records`
 * (500,000), `kills` (30), `life` (2,000): how long a server lives at most after it answers, ms; `http` (1; 0 leaves the web service out, which takes one request a
 * record and by far the most time). OpenSearch, PostgreSQL and S3
 * take part where `MILLRACE_TEST_OPENSEARCH`, `MILLRACE_TEST_POSTGRES` and `MILLRACE_TEST_S3` have their addresses
 * (`http://127.0.0.1:9200`, `postgres://USER:PASSWORD@HOST:PORT/DATABASE`, `http://KEY:SECRET@HOST:PORT/BUCKET`).
 */
import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Held, type KillTarget, targetsOf } from './connectors/targets.ts'
import type { Fault } from './fault.ts'
import { FaultServer, seeded, withDataDir } from './support/server.ts'

const STATEMENTS = `
CREATE SOURCE lines WITH (connector='file', topic='logs', path='in.ndjson', format='ndjson', partitions=4, "scan.interval.ms"=50);
CREATE STREAM logs (ID BIGINT, V STRING) WITH (kafka_topic='logs', value_format='JSON');`
/** Without progress for this long the run has failed. */
const STALL_MS = 60_000
const LOOK_MS = 1000

export const connectors: Fault = ({ seed, number, say }) =>
  withDataDir(async (dataDir) => {
    const records = number('records', 500_000)
    const kills = number('kills', 30)
    const life = number('life', 2000)
    const random = seeded(seed)
    const files = join(dataDir, 'data', 'files')
    mkdirSync(files, { recursive: true })
    const all = targetsOf({ files, run: `${process.pid}_${seed}` })
    const targets = number('http', 1) === 1 ? all : all.filter(({ name }) => name !== 'http')
    for (const target of targets) await target.open()
    try {
      const input = join(files, 'in.ndjson')
      const from = performance.now()
      let server = await FaultServer.start(dataDir)
      await server.execute(STATEMENTS + targets.map(({ statement }) => statement).join('\n'))
      for (let i = 0; i < kills; i++) {
        const [first, end] = [i, i + 1].map((part) => Math.floor((records * part) / kills)) as [number, number]
        const half = first + Math.floor((end - first) * random())
        appendFileSync(input, lines(first, half))
        await delay(random() * life)
        appendFileSync(input, lines(half, end))
        await delay(random() * life)
        await server.kill()
        say(`killed (${i + 1} of ${kills})`)
        server = await FaultServer.start(dataDir)
      }
      const held = await settled(targets, records, say)
      await server.stop()
      return {
        failures: targets.flatMap((target) => faultsOf(target, held.get(target.name)!, records)),
        measured: {
          records,
          kills,
          seconds: Math.round((performance.now() - from) / 1000),
          ...Object.fromEntries([...held].map(([name, { records: count }]) => [name, count])),
        },
      }
    } finally {
      for (const target of targets) await target.close()
    }
  })

function lines(from: number, to: number): string {
  let text = ''
  for (let id = from; id < to; id++) text += `{"ID":${id},"V":"record ${id} of the run"}\n`
  return text
}

/** What the targets have when each has all records, or when nothing has come for a while. */
async function settled(targets: readonly KillTarget[], records: number, say: (text: string) => void) {
  const held = new Map<string, Held>()
  let changedAt = performance.now()
  for (;;) {
    for (const target of targets) {
      const now = await target.held().catch((): Held => ({ records: 0, distinct: 0, sum: 0 }))
      if (now.records !== held.get(target.name)?.records) changedAt = performance.now()
      held.set(target.name, now)
    }
    say([...held].map(([name, { records: count }]) => `${name} ${count}`).join(', '))
    const areComplete = [...held.values()].every(({ distinct }) => distinct >= records)
    if (areComplete || performance.now() - changedAt > STALL_MS) return held
    await delay(LOOK_MS)
  }
}

function faultsOf({ name, exactlyOnce }: KillTarget, held: Held, records: number): string[] {
  const sum = (records * (records - 1)) / 2
  return [
    ...(held.distinct === records && held.sum === sum
      ? []
      : [`${name} has ${held.distinct} of ${records} records, with the sum ${held.sum} and not ${sum}`]),
    ...(exactlyOnce && held.records !== held.distinct
      ? [`${name} has ${held.records - held.distinct} records twice`]
      : []),
  ]
}
