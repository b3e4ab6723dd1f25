/**
 * Start-up of the server on the embedded log: `npm run bench -- startup [runs]`. Time from the start of the process to the first answer of
 * GET /info with an empty data directory, and resident memory of the idle server after 2 s; medians.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ServerProcess } from './compare/server-process.ts'
import { median } from './median.ts'

const IDLE_MS = 2_000

const runs = Number(process.argv[2] ?? 7)
const results: { startMs: number; residentMb: number }[] = []
for (let run = 0; run < runs; run++) results.push(await measure())
console.log(`start to first answer: ${median(results.map(({ startMs }) => startMs)).toFixed(0)} ms (median of ${runs})`)
console.log(`idle resident memory: ${median(results.map(({ residentMb }) => residentMb)).toFixed(0)} MB`)

async function measure(): Promise<{ startMs: number; residentMb: number }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'millrace-startup-'))
  const server = await ServerProcess.start({ dataDir, bootstrapServers: null })
  try {
    await delay(IDLE_MS)
    return { startMs: server.startMs, residentMb: residentMb(server.child.pid!) }
  } finally {
    await server.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

function residentMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024
}
