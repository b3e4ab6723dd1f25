/**
 * Connectors on a full disk: first that of a sink to files, then that of the server itself. The sink and the source must say which disk it is,
 * all others must run undisturbed, also over a kill, and when there is room again each record must have arrived once. Options: `records`
 * (40,000), `megabytes` (64): size of the disks, `full` (5): how long they are full, seconds. It needs root, who alone can mount a small disk.
 */
import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { faultsOf, lines, measuredOf, settled } from './connectors/arrivals.ts'
import { type FaultTarget, fileTarget, statementsOf } from './connectors/targets.ts'
import type { Fault, FaultOptions, FaultResult } from './fault.ts'
import { FaultServer, withDataDir } from './support/server.ts'
import { SmallDisk } from './support/small-disk.ts'

const LOOK_MS = 200
/** How long a full disk may go unnoticed, and how long a sink may take that does not need it. */
const MOST_WAIT_MS = 30_000

export const connectorsDisk: Fault = async (options) => {
  const results = [
    prefixed('sink', await withDataDir((directory) => fullDiskOfSink(directory, options))),
    prefixed('server', await withDataDir((directory) => fullDiskOfServer(directory, options))),
  ]
  return {
    failures: results.flatMap(({ failures }) => failures),
    measured: Object.assign({}, ...results.map(({ measured }) => measured)),
  }
}

/** Two sinks to files; the disk of one fills up. The server is killed while it is full. */
function fullDiskOfSink(directory: string, { number, say }: FaultOptions): Promise<FaultResult> {
  const files = join(directory, 'data', 'files')
  const records = number('records', 40_000)
  const small = fileTarget({ files }, { name: 'small', directory: 'small' })
  const other = fileTarget({ files }, { name: 'other', directory: 'other' })
  return withDisk(join(files, 'small'), number, async (disk) => {
    const failures: string[] = []
    let server = await FaultServer.start(directory)
    try {
      await server.execute(statementsOf([small, other]))
      appendFileSync(join(files, 'in.ndjson'), lines(0, records / 2))
      await settled([small, other], records / 2, say)
      disk.fill()
      appendFileSync(join(files, 'in.ndjson'), lines(records / 2, records))
      failures.push(...(await mustSay(server, 'to_small', [join(files, 'small'), 'No space is left'])))
      failures.push(...(await mustHave(other, records)))
      await delay(number('full', 5) * 1000)
      await server.kill()
      server = await FaultServer.start(directory)
      failures.push(...(await mustSay(server, 'to_small', ['No space is left'])))
      disk.free()
      return await finished([small, other], { records, failures, say })
    } finally {
      await server.stop()
    }
  })
}

/** Source and sink have other disks than the server, whose own fills up. */
function fullDiskOfServer(directory: string, { number, say }: FaultOptions): Promise<FaultResult> {
  const files = join(directory, 'files')
  mkdirSync(files)
  const properties = { 'millrace.connectors.directories': files }
  const data = join(directory, 'data')
  const records = number('records', 40_000)
  const target = fileTarget({ files }, { name: 'other', directory: 'other' })
  return withDisk(data, number, async (disk) => {
    const failures: string[] = []
    let server = await FaultServer.start(directory, properties)
    try {
      await server.execute(statementsOf([target]))
      appendFileSync(join(files, 'in.ndjson'), lines(0, records / 2))
      await settled([target], records / 2, say)
      disk.fill()
      appendFileSync(join(files, 'in.ndjson'), lines(records / 2, records))
      failures.push(...(await mustSay(server, 'lines', [data, 'No space is left'])))
      await delay(number('full', 5) * 1000)
      if (server.hasEnded) failures.push(`The server has ended on a full disk:\n${server.output}`)
      await server.kill()
      const starting = FaultServer.start(directory, properties)
      await Promise.race([starting.catch(() => {}), delay(number('full', 5) * 1000)])
      disk.free()
      server = await starting.catch(() => FaultServer.start(directory, properties))
      return await finished([target], { records, failures, say })
    } finally {
      await server.stop()
    }
  })
}

async function finished(
  targets: readonly FaultTarget[],
  { records, failures, say }: { records: number; failures: readonly string[]; say: (text: string) => void },
): Promise<FaultResult> {
  const held = await settled(targets, records, say)
  return {
    failures: [...failures, ...targets.flatMap((target) => faultsOf(target, held.get(target.name)!, records))],
    measured: Object.fromEntries([...held].flatMap(([name, counts]) => measuredOf(name, counts))),
  }
}

async function withDisk<T>(path: string, number: FaultOptions['number'], use: (disk: SmallDisk) => Promise<T>) {
  const disk = SmallDisk.mount(path, { megabytes: number('megabytes', 64) })
  try {
    return await use(disk)
  } finally {
    disk.unmount()
  }
}

/** Waits until DESCRIBE CONNECTOR has all these words; what it says otherwise is the failure. */
async function mustSay(server: FaultServer, connector: string, words: readonly string[]): Promise<string[]> {
  let text = ''
  for (const from = performance.now(); performance.now() - from < MOST_WAIT_MS; await delay(LOOK_MS)) {
    text = JSON.stringify(await server.execute(`DESCRIBE CONNECTOR ${connector};`))
    if (words.every((word) => text.includes(word))) return []
  }
  return [`${connector} does not say ${words.join(' and ')}: ${text}`]
}

async function mustHave(target: FaultTarget, records: number): Promise<string[]> {
  for (const from = performance.now(); performance.now() - from < MOST_WAIT_MS; await delay(LOOK_MS)) {
    if ((await target.held()).distinct === records) return []
  }
  return [`${target.name} has ${(await target.held()).distinct} of ${records} records beside a full disk`]
}

const prefixed = (prefix: string, { failures, measured }: FaultResult): FaultResult => ({
  failures: failures.map((failure) => `${prefix}: ${failure}`),
  measured: Object.fromEntries(Object.entries(measured).map(([name, value]) => [`${prefix}.${name}`, value])),
})
