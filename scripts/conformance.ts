/**
 * npm run --silent conformance -- [--suite qtt|rqtt] [--only TEXT] [--report FILE] DIR...
 *
 * Runs the cases of the folders, query validation tests (qtt) in this process or REST tests (rqtt) through servers of their own; prints
 * the failures grouped by reason and, last, `qtt: PASSED/TOTAL passed`. `--only`: tests whose name contains the text. `--report`: a file with one JSON line a test: name, verdict, reason. Exit code 0 whatever fails, 2 for bad arguments.
 */
import { writeFileSync } from 'node:fs'
import { Command, Option } from 'commander'
import { countPassed, readSuite, runSuite, type TestResult } from '../test/conformance/suite.ts'

/** How many names are listed for a reason. */
const NAMES_SHOWN = 8

interface Options {
  readonly suite: keyof typeof SUITES
  readonly only: string | undefined
  readonly report: string | undefined
}

/** The results of those tests of the folders whose names are wanted. */
type Suite = (
  folders: readonly string[],
  isWanted: (test: { readonly name: string }) => boolean,
) => Promise<TestResult[]>

const SUITES = {
  qtt: async (folders, isWanted) => runSuite(readSuite(folders).filter(isWanted)),
  rqtt: async (folders, isWanted) => {
    const { readRestSuite, runRestSuite } = await import('../test/conformance/rest/suite.ts')
    return runRestSuite(readRestSuite(folders).filter(isWanted))
  },
} satisfies Record<string, Suite>

async function main(folders: readonly string[], { suite, only, report }: Options): Promise<void> {
  const results = await SUITES[suite](folders, ({ name }) => only === undefined || name.includes(only))
  if (report !== undefined) writeFileSync(report, results.map((result) => `${JSON.stringify(result)}\n`).join(''))
  for (const group of groupByReason(results)) console.log(group)
  console.log(`${suite}: ${countPassed(results)}/${results.length} passed`)
}

/** The most frequent first. */
function groupByReason(results: readonly TestResult[]): string[] {
  const groups = new Map<string, TestResult[]>()
  for (const result of results) {
    if (result.reason === null) continue
    const kind = reasonKind(result.reason)
    groups.set(kind, [...(groups.get(kind) ?? []), result])
  }
  return [...groups.values()].sort((a, b) => b.length - a.length).map(formatGroup)
}

/** The first line without what differs from case to case: numbers and quoted texts. */
const reasonKind = (reason: string): string =>
  reason
    .split('\n')[0]!
    .replace(/"[^"]*"|'[^']*'|`[^`]*`/g, '_')
    .replace(/\d+/g, '#')

function formatGroup(group: readonly TestResult[]): string {
  const names = group.slice(0, NAMES_SHOWN).map(({ name }) => `    ${name}`)
  const more = group.length > NAMES_SHOWN ? [`    and ${group.length - NAMES_SHOWN} more`] : []
  return [`${group.length} x ${group[0]!.reason}`, ...names, ...more, ''].join('\n')
}

await new Command('conformance')
  .addOption(
    new Option('--suite <suite>', 'which suite the cases belong to').choices(Object.keys(SUITES)).default('qtt'),
  )
  .option('--only <text>', 'tests whose name contains the text')
  .option('--report <file>', 'one JSON line a test: name, verdict, reason')
  .argument('<dir...>', 'folders with case files')
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .action(main)
  .parseAsync()
