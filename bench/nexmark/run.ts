/** Runs queries of Nexmark, one after the other, and compares what they wrote with the reference. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { BENCH_DIRECTORY } from '../compare/bench-directory.ts'
import { writeContent } from './content.ts'
import type { NexmarkOptions } from './events.ts'
import { eventFiles, eventsRead } from './load.ts'
import { dropSinks, type MeasuredQuery, measureQuery, type Progress } from './measured-query.ts'
import { fileText, sinksOf } from './queries.ts'
import { Reference } from './reference.ts'
import { type ServerOptions, withServer } from './server.ts'

export interface RunNexmark {
  readonly queries: readonly string[]
  readonly generator: NexmarkOptions
  /** Null: the embedded log. */
  readonly bootstrapServers: string | null
  /** How often each query runs in the same process; the last result is compared. */
  readonly runs: number
  readonly hasCurve: boolean
  readonly limitSeconds: number
  readonly say: (line: string) => void
}

/** Whether all results are those of the reference. */
export async function runNexmark(options: RunNexmark): Promise<boolean> {
  const { generator, bootstrapServers, queries, say } = options
  say(`${generator.events} events, seed ${generator.seed}, ${bootstrapServers ?? 'embedded log'}`)
  const reference = await Reference.open(eventFiles(BENCH_DIRECTORY, generator))
  const server = { directory: BENCH_DIRECTORY, generator, bootstrapServers }
  let allRight = true
  try {
    for (const name of queries) allRight = (await runQuery(name, reference, server, options)) && allRight
  } finally {
    reference.close()
  }
  return allRight
}

async function runQuery(
  name: string,
  reference: Reference,
  server: Omit<ServerOptions, 'sinks'>,
  { runs, limitSeconds, generator, hasCurve, say }: RunNexmark,
): Promise<boolean> {
  const sinks = sinksOf(name)
  const sink = sinks.at(-1)!
  const path = join(BENCH_DIRECTORY, `nexmark-${name}-${process.pid}.json`)
  const measured: MeasuredQuery[] = []
  const written = await withServer(
    { ...server, sinks: sinks.map(({ topic }) => topic) },
    {
      work: async (process) => {
        await process.execute(fileText('queries', 'sources'))
        for (let run = 0; run < runs; run++) {
          if (run > 0) await dropSinks(process, sinks)
          measured.push(await measureQuery(process, fileText('queries', name), limitSeconds))
        }
      },
      after: (broker) => writeContent(broker, sink, path),
    },
  )
  const events = eventsRead(name, generator)
  for (const [run, one] of measured.entries()) {
    say(`${name.padEnd(4)}${runs === 1 ? '' : run === 0 ? ' cold' : ' warm'} ${figures(one, events)}`)
    if (hasCurve) for (const line of curve(one.progress)) say(line)
  }
  const { rows, missing, surplus, examples } = await reference.judge(name, path)
  rmSync(path, { force: true })
  const hasEnded = measured.every((one) => one.hasEnded)
  const isEqual = missing === 0 && surplus === 0
  say(
    `${name.padEnd(4)} ${isEqual ? 'equal' : `DIFFERENT: ${missing} missing, ${surplus} surplus`}, ${rows} rows, ${written} records written` +
      (hasEnded ? '' : ', DID NOT END'),
  )
  for (const example of examples) say(`     ${example}`)
  return isEqual && hasEnded
}

const figures = ({ cpuSeconds, wallSeconds, peakMemoryMb }: MeasuredQuery, events: number): string =>
  `${cpuSeconds.toFixed(2)} CPU s, ${Math.round(events / cpuSeconds)} events per core-second, ${wallSeconds.toFixed(1)} s, ${Math.round(peakMemoryMb)} MB`

const TENTHS = 10

/** CPU per record in each tenth of what was read. */
function curve(progress: readonly Progress[]): string[] {
  const total = progress.at(-1)?.read ?? 0
  const at = (share: number): Progress =>
    progress.find(({ read }) => read >= total * share) ?? { read: 0, cpuSeconds: 0, wallSeconds: 0 }
  return Array.from({ length: TENTHS }, (_, i) => {
    const [from, to] = [i === 0 ? { read: 0, cpuSeconds: 0, wallSeconds: 0 } : at(i / TENTHS), at((i + 1) / TENTHS)]
    const [records, cpu, wall] = [
      to.read - from.read,
      to.cpuSeconds - from.cpuSeconds,
      to.wallSeconds - from.wallSeconds,
    ]
    return `     ${(i + 1) * TENTHS} %: ${((cpu * 1e6) / records).toFixed(1)} µs of CPU a record, ${Math.round(records / wall)} records/s`
  })
}
