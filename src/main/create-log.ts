/** The server's log: for people on a terminal, as JSON lines everywhere else. */
import { writeSync } from 'node:fs'
import type { Config } from '../engine/config/config.ts'
import type { Log } from '../server/log.ts'
import { logText } from './log-text.ts'

/** Where the log goes. */
export interface LogOutput {
  /** Takes one or more whole lines. */
  readonly write: (text: string) => void
  readonly isTerminal: boolean
  /** Whether the terminal shows colours. */
  readonly hasColours: boolean
}

/** Reads `millrace.log.level` and `millrace.log.format`. */
export async function createLog(config: Config, output: LogOutput): Promise<Log> {
  const { pino } = await import('pino')
  const format = config.get('millrace.log.format')?.toLowerCase()
  const isText = format === 'auto' ? output.isTerminal : format === 'text'
  const write = isText ? (line: string) => output.write(logText(line, output.hasColours)) : output.write
  const log: Log = pino(
    {
      base: null,
      level: config.get('millrace.log.level')?.toLowerCase() ?? 'info',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (level) => ({ level }) },
    },
    { write },
  )
  return log
}

/** Written synchronously, so that the last lines before a crash are not lost. */
export function standardError(): LogOutput {
  const { isTTY: isTerminal } = process.stderr
  return {
    write: (text) => void writeSync(2, text),
    isTerminal,
    hasColours: isTerminal && process.stderr.hasColors() && process.env['NO_COLOR'] === undefined,
  }
}
