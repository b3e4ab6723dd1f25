/** The command of the example. Exits with 0 if the alerts are what a plain computation gives, 1 if not, 2 for arguments that cannot be. */
import { parseArgs } from 'node:util'
import { startServerProcess } from '../support/server-process.ts'
import { expectedAlerts, readRounds } from './data.ts'
import { differences, latencyText } from './report.ts'
import { watchBorder } from './watch-border.ts'

const USAGE = 'Options: [--bootstrap-servers HOST:PORT,...]'
const ROUNDS = 10
const PER_ROUND = 300
/** They compile what runs. */
const WARM_UP_ROUNDS = 2

export async function runImmigration(args: readonly string[]): Promise<never> {
  let bootstrapServers: string | null
  try {
    const { values } = parseArgs({ args: [...args], options: { 'bootstrap-servers': { type: 'string' } } })
    bootstrapServers = values['bootstrap-servers'] ?? null
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`)
    process.exit(2)
  }
  try {
    process.exit((await run(bootstrapServers)) ? 0 : 1)
  } catch (error) {
    console.error((error as Error).message)
    process.exit(1)
  }
}

async function run(bootstrapServers: string | null): Promise<boolean> {
  const rounds = readRounds({ rounds: ROUNDS, perRound: PER_ROUND })
  const server = await startServerProcess(bootstrapServers)
  try {
    console.log(`${ROUNDS} rounds: the watch list changes, then ${PER_ROUND} travellers pass, 500 a second.`)
    const alerts = await watchBorder({
      url: server.url,
      rounds,
      onRound: (round, count) => console.log(`  round ${round + 1}: ${count} alerts`),
    })
    const warm = WARM_UP_ROUNDS * PER_ROUND
    const latencies = [...alerts].flatMap(([crossing, { latencyMs }]) => (crossing > warm ? [latencyMs] : []))
    console.log(`\n${latencyText(latencies)} The first ${WARM_UP_ROUNDS} rounds do not count.`)
    const wrong = differences(alerts, expectedAlerts(rounds))
    for (const difference of wrong.slice(0, 20)) console.log(`NOT AS COMPUTED: ${difference}`)
    if (wrong.length === 0) console.log(`All ${alerts.size} alerts are what a plain computation gives.`)
    return wrong.length === 0
  } finally {
    await server.stop()
  }
}

if (import.meta.main) await runImmigration(process.argv.slice(2))
