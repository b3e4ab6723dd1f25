/** The command of the example. Exits with 0 if every count is what a plain computation gives, 1 if not, 2 for arguments that cannot be. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { startServerProcess } from '../support/server-process.ts'
import { countLines } from './expected.ts'
import { type RoutingOptions, readOptions, USAGE } from './options.ts'
import { flowPicture } from './picture.ts'
import { megabytes, reportText } from './report.ts'
import { routeLogs } from './route-logs.ts'

export async function runLogRouting(args: readonly string[]): Promise<never> {
  let options: RoutingOptions
  try {
    options = readOptions(args)
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`)
    process.exit(2)
  }
  try {
    process.exit((await run(options)) ? 0 : 1)
  } catch (error) {
    console.error((error as Error).message)
    process.exit(1)
  }
}

async function run({ bytes, bootstrapServers, elasticsearch, splunk, out }: RoutingOptions): Promise<boolean> {
  const directory = resolve(out)
  mkdirSync(directory, { recursive: true })
  const server = await startServerProcess(bootstrapServers, { 'millrace.connectors.directories': directory })
  try {
    const measured = await routeLogs({ url: server.url, directory, bytes, elasticsearch, splunk, print: console.log })
    const peak = server.peakMemory()
    const differences = countLines(bytes).differences(measured)
    console.log(`\n${reportText(measured)}\n`)
    if (peak !== null) console.log(`  The server took at most ${megabytes(peak)} MB of memory.\n`)
    writeFileSync(join(directory, 'flow.svg'), flowPicture(measured))
    console.log(`The picture is ${join(directory, 'flow.svg')}.`)
    for (const difference of differences) console.log(`NOT AS COMPUTED: ${difference}`)
    if (differences.length === 0) console.log('All counts are what a plain computation over the lines gives.')
    return differences.length === 0
  } finally {
    await server.stop()
  }
}

if (import.meta.main) await runLogRouting(process.argv.slice(2))
