/**
 * Runs one fault script: `node test/faults/run.ts NAME [--seed=N] [--OPTION=VALUE]`, with `=` or a space. Prints the seed, what was measured and what did not hold;
 * the exit code is 1 if something did not.
 */
import type { Fault } from './fault.ts'

const FAULTS: Readonly<Record<string, () => Promise<Fault>>> = {
  brokers: async () => (await import('./brokers.ts')).brokers,
  changes: async () => (await import('./changes.ts')).changes,
  connectors: async () => (await import('./connectors.ts')).connectors,
  'connectors-disk': async () => (await import('./connectors-disk.ts')).connectorsDisk,
  'connectors-outage': async () => (await import('./connectors-outage.ts')).connectorsOutage,
  damage: async () => (await import('./damage.ts')).damage,
  functions: async () => (await import('./functions.ts')).functions,
  hostile: async () => (await import('./hostile.ts')).hostile,
  kill: async () => (await import('./kill.ts')).kill,
  kills: async () => (await import('./kills.ts')).kills,
  'many-queries': async () => (await import('./many-queries.ts')).manyQueries,
  'many-subscribers': async () => (await import('./many-subscribers.ts')).manySubscribers,
  network: async () => (await import('./network.ts')).network,
  'postgres-source': async () => (await import('./postgres-source.ts')).postgresSource,
  'nexmark-kills': async () => (await import('./nexmark-kills.ts')).nexmarkKills,
  rebalance: async () => (await import('./rebalance.ts')).rebalance,
  scale: async () => (await import('./scale.ts')).scale,
  restart: async () => (await import('./restart.ts')).restart,
  security: async () => (await import('./security.ts')).security,
  sequences: async () => (await import('./sequences.ts')).sequences,
  simulate: async () => (await import('./simulate.ts')).simulate,
  soak: async () => (await import('./soak.ts')).soak,
}

async function run([name = '', ...rest]: readonly string[]): Promise<boolean> {
  const load = FAULTS[name]
  if (load === undefined) {
    process.stderr.write(
      `Usage: node test/faults/run.ts NAME [--seed=N]. NAME is one of ${Object.keys(FAULTS).join(', ')}.\n`,
    )
    return false
  }
  const given = givenOptions(rest)
  const number = (option: string, byDefault: number) => Number(given.get(option) ?? byDefault)
  const text = (option: string, byDefault: string) => given.get(option) ?? byDefault
  const seed = number('seed', Date.now() % 1_000_000)
  const startedAt = performance.now()
  const say = (progress: string) =>
    process.stderr.write(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${progress}\n`)
  const { failures, measured } = await (await load())({ seed, number, text, say })
  process.stdout.write(
    `${JSON.stringify({ fault: name, seed, passed: failures.length === 0, failures, measured }, null, 2)}\n`,
  )
  return failures.length === 0
}

/** `--NAME=VALUE` or `--NAME VALUE`. */
function givenOptions(words: readonly string[]): ReadonlyMap<string, string> {
  const text = words.join(' ').replaceAll('=', ' ')
  return new Map([...text.matchAll(/--(\S+) (\S+)/g)].map(([, name, value]) => [name!, value!]))
}

process.exit((await run(process.argv.slice(2))) ? 0 : 1)
