/** `millrace doctor`: whether a server with this configuration would work here, and what to do where it would not. */
import { counted } from '../output/counted.ts'
import type { Screen } from '../output/screen.ts'
import type { ServerCommandOptions } from './server.ts'

export type DoctorOptions = Pick<ServerCommandOptions, 'listen' | 'dataDir' | 'bootstrapServers' | 'config'>

export interface Finding {
  /** What was looked at, in a word or two. */
  readonly subject: string
  /** `warning`: a server works, but deserves attention. */
  readonly state: 'ok' | 'warning' | 'fault'
  /** What was found. */
  readonly text: string
  /** What to do; absent where nothing is to be done. */
  readonly advice?: string
}

/** Yields findings as they are made. Never throws: what cannot be looked at is a finding. */
export type Diagnose = (options: DoctorOptions) => AsyncIterable<Finding>

const MARKS = { ok: 'ok', warning: 'warning', fault: 'FAULT' } as const
const MARK_WIDTH = 7
const SUBJECT_WIDTH = 15

/** Resolves to the exit code: 0 without a fault, else 1. */
export async function runDoctor(options: DoctorOptions, diagnose: Diagnose, screen: Screen): Promise<number> {
  const counts = { ok: 0, warning: 0, fault: 0 }
  const { green, red, bold } = screen.style
  const colours = { ok: green, warning: bold, fault: red }
  const indent = ' '.repeat(MARK_WIDTH + SUBJECT_WIDTH + 4)
  for await (const { subject, state, text, advice } of diagnose(options)) {
    counts[state]++
    const mark = colours[state](MARKS[state].padEnd(MARK_WIDTH))
    await screen.line(`${mark}  ${subject.padEnd(SUBJECT_WIDTH)}  ${text.replaceAll('\n', `\n${indent}`)}`)
    if (advice !== undefined) await screen.line(`${indent}${advice}`)
  }
  await screen.line(`\n${summary(counts.fault, counts.warning)}`)
  return counts.fault === 0 ? 0 : 1
}

function summary(faults: number, warnings: number): string {
  if (faults > 0)
    return `${counted(faults, 'fault')}, ${counted(warnings, 'warning')}. A server will not work until the faults are mended.`
  return warnings > 0 ? `No fault, ${counted(warnings, 'warning')}.` : 'No fault.'
}
