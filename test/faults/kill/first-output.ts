/** The moment at which a server begins to write results, so that it can be killed in the middle of its work. */
import { globSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const LOOK_MS = 5

/** Resolves when one of the topics grows, or after `waitMs`. Looks at the files of the log: what the server reports of itself comes late. */
export async function firstOutput(dataDir: string, topics: readonly string[], waitMs: number): Promise<void> {
  const before = bytesOf(dataDir, topics)
  const deadline = performance.now() + waitMs
  while (bytesOf(dataDir, topics) === before && performance.now() < deadline) await delay(LOOK_MS)
}

function bytesOf(dataDir: string, topics: readonly string[]): number {
  const files = topics.flatMap((topic) => globSync(join(dataDir, 'data/log/**', topic, '**/*.log')))
  return files.reduce((sum, file) => sum + statSync(file).size, 0)
}
