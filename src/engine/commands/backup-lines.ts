/**
 * The lines of a backup of the command log: a command each, its key, a colon and its value, both as JSON. Source: ksqlDB's
 * `BackupReplayFile`.
 */

/** A record of the command log as text. */
export interface CommandLine {
  readonly key: string
  readonly value: string
}

/** The text without the end of its line; JSON ends none itself. */
export const formatLine = ({ key, value }: CommandLine): string => `${key}:${value}`

/** Throws an Error for a line that is none. */
export function parseLine(line: string): CommandLine {
  for (let colon = line.indexOf(':'); colon >= 0; colon = line.indexOf(':', colon + 1)) {
    const key = line.slice(0, colon)
    if (isJson(key)) return { key, value: line.slice(colon + 1) }
  }
  throw new Error(`It is not a command, KEY:VALUE in JSON: ${line.slice(0, 80)}`)
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Name of a backup that is begun at `now`, epoch ms. */
export const backupName = (topic: string, now: number): string => `${namePrefix(topic)}${now}`

/** The newest of the files that are backups of the topic; undefined: there is none. */
export function newestBackup(files: readonly string[], topic: string): string | undefined {
  const prefix = namePrefix(topic)
  const times = files.filter((file) => file.startsWith(prefix)).map((file) => file.slice(prefix.length))
  const newest = Math.max(...times.filter((time) => /^\d+$/.test(time)).map(Number))
  return Number.isFinite(newest) ? `${prefix}${newest}` : undefined
}

const namePrefix = (topic: string): string => `backup_${topic}_`
