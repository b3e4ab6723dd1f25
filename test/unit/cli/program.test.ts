import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type CommandLineParts, runCommandLine } from '../../../src/cli/program.ts'
import { readVersion } from '../../../src/cli/version.ts'

let out = ''
const write = vi.spyOn(process.stdout, 'write')
const log = vi.spyOn(console, 'log')

beforeEach(() => {
  out = ''
  write.mockImplementation((text) => {
    out += String(text)
    return true
  })
  log.mockImplementation((text) => {
    out += `${text}\n`
  })
})

afterEach(() => {
  write.mockReset()
  log.mockReset()
})

const parts: CommandLineParts = {
  serve: async () => null,
  restoreTopic: async () => true,
  readTopic: async () => [],
  diagnose: async function* () {},
  openTopic: async () => ({ write: async () => {}, close: async () => {} }),
}

const run = (...args: string[]) => runCommandLine(args, parts)

it('shows its version', async () => {
  expect(await run('version')).toBe(0)
  expect(out).toContain(`millrace ${readVersion()} (Node ${process.versions.node}`)
  out = ''
  expect(await run('--version')).toBe(0)
  expect(out).toBe(`${readVersion()}\n`)
})

/** The words that lead to each command, as the script for bash has them. */
async function commandPaths(): Promise<string[][]> {
  await run('completion', 'bash')
  const paths = [...out.matchAll(/^ {4}"(.*)"\) COMPREPLY/gm)].map(([, path]) => path!.trim())
  return paths.map((path) => path.split(' ').filter((word) => word !== ''))
}

it('has examples in the help of every command', async () => {
  const paths = await commandPaths()
  expect(paths.length).toBeGreaterThan(15)
  for (const command of paths) {
    out = ''
    expect(await run(...command, '--help')).toBe(0)
    expect(out).toMatch(/\nExamples:\n(?: {2}(?:\w+=\S+ |echo .* \| |zcat .* \| )?millrace .* {2}\S.*\n)+$/)
  }
})

it('passes the options of a server on', async () => {
  const serve = vi.fn(async () => null)
  expect(
    await runCommandLine(['server', '--check', '--log-level', 'debug', '--data-dir', 'd'], { ...parts, serve }),
  ).toBe(0)
  expect(serve).toHaveBeenCalledWith({ check: true, logLevel: 'debug', dataDir: 'd' })
  expect(out).toBe('The configuration is fine.\n')
})
