/** Whether what servers said and showed after a damage holds: nothing is lost or wrong in silence. */
import { type Event, events, type Outputs, outputsOf, SINKS, SOURCES, TABLES } from './flow.ts'
import type { Found, Look, ProbeReport, SourceRecord } from './probe.ts'

export interface Verdict {
  /** What does not hold, in words. */
  readonly failures: readonly string[]
  /** `right`: everything is as without the damage. `told`: something is missing or wrong, and the server said so. `refused`: it did not start, and said why. */
  readonly outcome: 'right' | 'told' | 'refused'
  /** What is not as without the damage. */
  readonly wrong: readonly string[]
}

export interface Reference {
  /** Number of events before the damage. */
  readonly events: number
  readonly sources: Look['sources']
}

/**
 * Only what has no second copy may be wrong after it was told: rows of topics, in which no one but their reader would see it.
 *
 * `damagedTopic`: the topic whose segment was damaged; null: another file was. `reports`: of the first start after the damage, and of those that followed; each inserted the events of its `[from, to)`. */
export function check(
  reports: readonly { readonly report: ProbeReport; readonly from: number; readonly to: number }[],
  reference: Reference,
  { dataDir, damagedTopic }: { readonly dataDir: string; readonly damagedTopic: string | null },
): Verdict {
  const failures: string[] = []
  const wrong = new Set<string>()
  const warnings = reports.flatMap(({ report }) => report.warnings)
  const damages = reports.flatMap(({ report }) => report.damages)
  const inserted: Event[] = events(0, reference.events)
  for (const [start, { report, from, to }] of reports.entries()) {
    const place = start === 0 ? 'first start' : `start ${start + 1}`
    if (report.refusal !== null) {
      if (!report.refusal.includes(dataDir) || !/\. [A-Z]/.test(report.refusal))
        failures.push(`${place}: refused without a file and advice: ${report.refusal}`)
      return { failures, outcome: 'refused', wrong: [report.refusal] }
    }
    for (const message of report.refusedInserts) wrong.add(`insert: ${message}`)
    for (const { message } of report.damages)
      if (!report.warnings.includes(message)) failures.push(`${place}: a damage is not in the log: ${message}`)
    if (report.damages.length > 0 && report.isHealthy) failures.push(`${place}: /healthcheck shows no damage`)
    for (const [when, look] of report.looks.entries()) {
      if (when === 1 && report.refusedInserts.length === 0) inserted.push(...events(from, to))
      for (const difference of differences(look, outputsOf(inserted)))
        wrong.add(`${place}, ${when === 0 ? 'before' : 'after'} the insert: ${difference}`)
    }
    for (const topic of SOURCES) {
      const found = report.looks.at(-1)!.sources[topic]!
      if ('error' in found && MENDED_BY_A_START.test(found.error)) continue
      const lost = lostRecords(report.looks.at(-1)!, reference, topic)
      const silent = lost.filter(({ partition, offset }) => !isCounted(damages, { topic, partition, offset }))
      if (silent.length > 0)
        failures.push(
          `${place}: ${silent.length} records of ${topic} are gone and not counted: ${warnings.join(' | ')}`,
        )
      if (lost.length > 0) wrong.add(`${topic}: ${lost.length} records are lost`)
    }
  }
  if (wrong.size > 0 && warnings.length === 0) failures.push(`wrong in silence: ${[...wrong].join('; ')}`)
  const needless = [...wrong].filter((what) => damagedTopic === null || !what.includes(`${damagedTopic}:`))
  if (needless.length > 0)
    failures.push(`wrong, although nothing without a second copy is damaged: ${needless.join('; ')}`)
  return { failures, outcome: wrong.size === 0 ? 'right' : 'told', wrong: [...wrong] }
}

/** A reader met damage that no start has looked at: it is told, and the next start mends it. */
const MENDED_BY_A_START = /is damaged: .* Restart the server/

function isCounted(
  damages: ProbeReport['damages'],
  { topic, partition, offset }: { readonly topic: string; readonly partition: number; readonly offset: number },
): boolean {
  return damages.some(
    (damage) =>
      damage.topic === topic &&
      damage.partition === partition &&
      damage.offset <= offset &&
      offset < damage.offset + (damage.records ?? Number.POSITIVE_INFINITY),
  )
}

function lostRecords({ sources }: Look, reference: Reference, topic: string): readonly SourceRecord[] {
  const found = sources[topic]!
  const before = reference.sources[topic] as readonly SourceRecord[]
  if ('error' in found) return before
  const known = new Set(found.map((record) => JSON.stringify(record)))
  return before.filter((record) => !known.has(JSON.stringify(record)))
}

function differences(look: Look, right: Outputs): string[] {
  return [
    ...TABLES.flatMap((name) => difference(name, look.tables[name], right.tables[name])),
    ...SINKS.flatMap((name) => difference(name, look.sinks[name], right.sinks[name])),
  ]
}

function difference(name: string, found: Found, right: readonly string[]): string[] {
  if ('error' in found) return [`${name}: ${found.error}`]
  const left = counts(right)
  for (const row of found) left.set(row, (left.get(row) ?? 0) - 1)
  const missing = [...left].filter(([, count]) => count > 0)
  const surplus = [...left].filter(([, count]) => count < 0)
  if (missing.length === 0 && surplus.length === 0) return []
  const example = [...missing.slice(0, 1), ...surplus.slice(0, 1)].map(([row, count]) => `${count} ${row}`).join(', ')
  return [`${name}: ${missing.length} rows missing, ${surplus.length} too many (${example})`]
}

function counts(rows: readonly string[]): Map<string, number> {
  const found = new Map<string, number>()
  for (const row of rows) found.set(row, (found.get(row) ?? 0) + 1)
  return found
}
