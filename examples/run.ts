/** `npm run example -- NAME [options]`: runs one of the examples. */
import { runCommand } from './support/command.ts'

/** Each runs with the rest of the arguments and ends the process. */
const EXAMPLES: Readonly<Record<string, (args: readonly string[]) => Promise<never>>> = {
  'la-ca': async (args) => runCommand((await import('./la-ca/example.ts')).laCa, args),
  trains: async (args) => runCommand((await import('./trains/example.ts')).trains, args),
  rides: async (args) => runCommand((await import('./rides/example.ts')).rides, args),
  immigration: async (args) => (await import('./immigration/run.ts')).runImmigration(args),
  'log-routing': async (args) => (await import('./log-routing/run.ts')).runLogRouting(args),
}

const [name = '', ...args] = process.argv.slice(2)
const run = Object.hasOwn(EXAMPLES, name) ? EXAMPLES[name] : undefined
if (run === undefined) {
  console.error(`Name one of the examples: ${Object.keys(EXAMPLES).join(', ')}.`)
  process.exit(2)
}
await run(args)
