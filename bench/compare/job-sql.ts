/** The seven jobs and their SQL (bench/jobs). */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export const JOBS = ['j1', 'j2', 'j3', 'j4', 'j5', 'j6', 'j7'] as const
export type Job = (typeof JOBS)[number]

/** Also for what was built of this: the SQL stays where it is. */
const PROJECT = join(import.meta.dirname, ...(import.meta.filename.endsWith('.ts') ? ['..', '..'] : ['..', '..', '..']))
const read = (name: string): string => readFileSync(join(PROJECT, 'bench', 'jobs', `${name}.sql`), 'utf8')

/** What the values of the topics are in. */
export type ValueFormat = 'JSON' | 'AVRO'
export const valueFormatOf = (name: string | undefined): ValueFormat => (name === 'AVRO' ? 'AVRO' : 'JSON')

/** Statements that register the sources. */
export const sourcesSql = (format: ValueFormat = 'JSON'): string => read(format === 'AVRO' ? 'sources-avro' : 'sources')
/** Statements that start the job with `out` as its sink topic. */
export const jobSql = (job: Job, out: string): string => read(job).replaceAll(/\$\{OUT\}/g, out)

/** The topics that a job reads. */
export function inputTopics(job: Job, format: ValueFormat): readonly string[] {
  if (format === 'AVRO') return ['users-avro']
  return job === 'j6' ? ['orders', 'payments'] : job === 'j5' ? ['users', 'cities'] : ['users']
}
