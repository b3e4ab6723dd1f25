/** Vitest's global setup of the project `clients`: client libraries of ksqlDB, as their authors published them, in a folder of their own. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder whose node_modules has the npm clients; null: there is no npm. */
    npmClients: string | null
    /** An interpreter that can import the Python client; null: there is no Python. */
    pythonClients: string | null
  }
}

const NPM_CLIENTS = ['ksqldb-client@1.0.5', 'ksqldb-js@1.1.2', 'ksqldb-rx-client@1.1.1', 'ksqldb-client-node@1.1.1']
const PYTHON_CLIENTS = ['ksqldb==1.0.1']

/** Bound on each command, so that an unreachable registry does not hold up the tests. */
const COMMAND_MS = 120_000

const run = (command: string, args: readonly string[], cwd: string) =>
  promisify(execFile)(command, [...args], { cwd, timeout: COMMAND_MS })

/** A missing npm or Python is reported and its tests do not run; where a client cannot be installed, that is a failure. */
export default async function setup(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-clients-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  try {
    project.provide('npmClients', await installNpm(folder))
    project.provide('pythonClients', await installPython(folder))
    return remove
  } catch (error) {
    remove()
    throw error
  }
}

async function installNpm(folder: string): Promise<string | null> {
  if (!(await isThere('npm', folder))) return null
  writeFileSync(join(folder, 'package.json'), '{"private": true}\n')
  await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...NPM_CLIENTS], folder)
  return folder
}

async function installPython(folder: string): Promise<string | null> {
  if (!(await isThere('python3', folder))) return null
  await run('python3', ['-m', 'venv', 'venv'], folder)
  const python = join(folder, 'venv', 'bin', 'python')
  await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...PYTHON_CLIENTS], folder)
  return python
}

async function isThere(command: string, folder: string): Promise<boolean> {
  try {
    await run(command, ['--version'], folder)
    return true
  } catch (error) {
    console.warn(`\nThe tests of clients that need ${command} did not run: ${(error as Error).message}\n`)
    return false
  }
}
