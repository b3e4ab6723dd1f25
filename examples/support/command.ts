/** The command line of an example. */
import { parseArgs } from 'node:util'
import type { Example } from './example.ts'
import { runExample } from './run-example.ts'
import { startServerProcess } from './server-process.ts'

const USAGE = 'Options: [--bootstrap-servers HOST:PORT,...] | [--url http://HOST:PORT of a running server]'

/** Runs the example and exits: 0 if every answer is as computed, 1 if not, 2 for arguments that cannot be. */
export async function runCommand(example: Example, args: readonly string[]): Promise<never> {
  const options = readArguments(args)
  try {
    process.exit((await run(example, options)) ? 0 : 1)
  } catch (error) {
    console.error((error as Error).message)
    process.exit(1)
  }
}

interface Options {
  /** Null: the embedded log. */
  readonly bootstrapServers: string | null
  /** Null: a server of the example's own. */
  readonly url: string | null
}

function readArguments(args: readonly string[]): Options {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { 'bootstrap-servers': { type: 'string' }, url: { type: 'string' } },
    })
    if (values.url !== undefined && values['bootstrap-servers'] !== undefined) {
      throw new Error('A running server has its own broker: give --url or --bootstrap-servers.')
    }
    return { bootstrapServers: values['bootstrap-servers'] ?? null, url: values.url ?? null }
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`)
    process.exit(2)
  }
}

async function run(example: Example, { bootstrapServers, url }: Options): Promise<boolean> {
  const server = url === null ? await startServerProcess(bootstrapServers) : null
  try {
    const results = await runExample(example, { url: url ?? server!.url, print: console.log })
    const wrong = results.filter(({ difference }) => difference !== null).length
    console.log(
      wrong === 0
        ? `\nAll ${results.length} answers are what a plain computation over the data gives.`
        : `\n${wrong} of ${results.length} answers are NOT what a plain computation over the data gives.`,
    )
    return wrong === 0
  } finally {
    await server?.stop()
  }
}
