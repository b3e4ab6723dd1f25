/** `millrace plan` and `millrace apply`: a folder of statements compared with a server, and the server brought to what the folder says. */
import type { Writable } from 'node:stream'
import type { Timer } from '../../clock.ts'
import { Client } from '../client/client.ts'
import { ClientError } from '../client/client-error.ts'
import { type Comparison, compare, describeComparison } from '../deploy/changes.ts'
import { DeployError } from '../deploy/deploy-error.ts'
import { makeChanges } from '../deploy/make-changes.ts'
import { inOrder } from '../deploy/order.ts'
import { type Folder, readFolder } from '../deploy/read-folder.ts'

export interface PlanOptions {
  readonly server: string
  readonly user?: string
  readonly password?: string
  readonly token?: string
  /** `name=value`: values of `${name}` in the files. */
  readonly define: readonly string[]
  readonly prune: boolean
}

export interface ApplyOptions extends PlanOptions {
  readonly dryRun: boolean
  readonly yes: boolean
  /** False: the tests of the folder are not run. */
  readonly tests: boolean
  /** Seconds. */
  readonly timeout: number
}

export interface DeployIo {
  readonly out: Writable
  readonly err: Writable
  readonly timer: Timer
  /** Resolves to whether the user agrees; null: there is no terminal. */
  readonly confirm: ((question: string) => Promise<boolean>) | null
  /** Runs the tests of the folder; resolves to the exit code. */
  readonly runTests: (directory: string) => Promise<number>
}

/** For CI: 0 nothing to do, or all done; 2 changes are pending. */
export const PENDING = 2

/** Resolves to the exit code. */
export function runPlan(directory: string, options: PlanOptions, io: DeployIo): Promise<number> {
  return reporting(io, async (say) => {
    const { comparison } = await compared(folderOf(directory, options), options)
    for (const line of describeComparison(comparison)) say(line)
    if (hasRefusals(comparison)) return 1
    return comparison.changes.length === 0 ? 0 : PENDING
  })
}

/** Resolves to the exit code. */
export function runApply(directory: string, options: ApplyOptions, io: DeployIo): Promise<number> {
  return reporting(io, async (say) => {
    const folder = folderOf(directory, options)
    if (folder.hasTests && options.tests && (await io.runTests(directory)) !== 0)
      throw new DeployError('The tests of the folder fail. Nothing was changed.')
    const { comparison, client } = await compared(folder, options)
    for (const line of describeComparison(comparison)) say(line)
    if (hasRefusals(comparison)) throw new DeployError('The server refuses a part of the changes. Nothing was changed.')
    const { changes } = comparison
    if (changes.length === 0) return 0
    if (options.dryRun) {
      for (const { sql } of changes) say(`\n${sql}`)
      return PENDING
    }
    if (!options.yes && !(await isAgreed(io))) return PENDING
    await makeChanges(changes, { client, timer: io.timer, timeoutMs: options.timeout * 1000, say })
    return 0
  })
}

async function reporting(
  { out, err }: DeployIo,
  work: (say: (line: string) => void) => Promise<number>,
): Promise<number> {
  try {
    return await work((line) => void out.write(`${line}\n`))
  } catch (error) {
    if (!(error instanceof DeployError || error instanceof ClientError)) throw error
    err.write(`${error.message}\n`)
    return 1
  }
}

const folderOf = (directory: string, { define }: PlanOptions): Folder =>
  readFolder(directory, new Map(define.map(definitionOf)))

interface Compared {
  readonly comparison: Comparison
  readonly client: Client
}

async function compared({ definitions }: Folder, options: PlanOptions): Promise<Compared> {
  const ordered = inOrder(definitions)
  const client = new Client(options.server, options)
  return { client, comparison: await compare(ordered, client, options) }
}

function definitionOf(text: string): [name: string, value: string] {
  const at = text.indexOf('=')
  if (at < 1) throw new DeployError(`Not name=value: ${text}`)
  return [text.slice(0, at), text.slice(at + 1)]
}

const hasRefusals = ({ changes }: Comparison): boolean =>
  changes.some((change) => change.kind === 'replace' && change.refusal !== null)

async function isAgreed({ confirm }: DeployIo): Promise<boolean> {
  if (confirm === null)
    throw new DeployError('There is no terminal on which to confirm the changes. Add --yes to make them.')
  return confirm('Make these changes? [y/N] ')
}
