/**
 * Connectors: the server is killed at random moments while lines of a file flow through the source `file` into a topic, and from there through
 * all sinks at once. In the end every target must have each record, and those with exactly once no record twice. Options: `records`
 * (500,000), `kills` (30), `life` (2,000): half of how long a server lives at most after it answers, ms; `connector`: names of the targets,
 * separated by commas (all). VictoriaLogs (by Splunk's protocol), OpenSearch, PostgreSQL and S3 take part
 * where `MILLRACE_TEST_HEC`, `MILLRACE_TEST_OPENSEARCH`, `MILLRACE_TEST_POSTGRES` and `MILLRACE_TEST_S3` have their addresses
 * (`http://127.0.0.1:9428`, `http://127.0.0.1:9200`, `postgres://USER:PASSWORD@HOST:PORT/DATABASE`, `http://KEY:SECRET@HOST:PORT/BUCKET`).
 */
import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { faultsOf, lines, measuredOf, settled } from './connectors/arrivals.ts'
import { statementsOf, targetsOf } from './connectors/targets.ts'
import type { Fault } from './fault.ts'
import { FaultServer, seeded, withDataDir } from './support/server.ts'

export const connectors: Fault = ({ seed, number, text, say }) =>
  withDataDir(async (dataDir) => {
    const records = number('records', 500_000)
    const kills = number('kills', 30)
    const life = number('life', 2000)
    const random = seeded(seed)
    const files = join(dataDir, 'data', 'files')
    mkdirSync(files, { recursive: true })
    const targets = targetsOf({ files, run: `${process.pid}_${seed}` }, text('connector', ''))
    for (const target of targets) await target.open()
    try {
      const input = join(files, 'in.ndjson')
      const from = performance.now()
      let server = await FaultServer.start(dataDir)
      await server.execute(statementsOf(targets))
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
          ...Object.fromEntries([...held].flatMap(([name, counts]) => measuredOf(name, counts))),
        },
      }
    } finally {
      for (const target of targets) await target.close()
    }
  })
