import { spawnSync } from 'node:child_process'
import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { completionScript } from '../../../src/cli/shell-completion.ts'

const program = new Command('millrace').version('1')
program.command('server').description("Run a 'server'. At length.").option('-l, --listen <url>', 'addresses: where')
program.command('migrations').description('Numbered files.').command('apply').option('-a, --all', 'all of them')

const hasBash = spawnSync('bash', ['--version']).status === 0

/** What bash offers for the last of `words`. */
function offered(...words: string[]): string[] {
  const line = `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}`
  const script = `${completionScript('bash', program)}\n${line}; _millrace; printf '%s\\n' "\${COMPREPLY[@]}"`
  return spawnSync('bash', ['-c', script], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter((word) => word !== '')
}

describe.skipIf(!hasBash)(`completion in bash${hasBash ? '' : ' (skipped: there is no bash)'}`, () => {
  it.each([
    [['millrace', 's'], ['server']],
    [['millrace', '--v'], ['--version']],
    [
      ['millrace', 'server', '--'],
      ['--listen', '--help'],
    ],
    [['millrace', 'migrations', 'a'], ['apply']],
    [['millrace', 'migrations', 'apply', '--a'], ['--all']],
    [['millrace', 'server', '--listen', 'http://x', '-l'], ['-l']],
  ])('of %j', (words, expected) => {
    expect(offered(...words)).toEqual(expected)
  })
})

it('the script for zsh describes each command and option, without characters that end a quote', () => {
  const script = completionScript('zsh', program)
  expect(script).toMatch(/^#compdef millrace\n/)
  expect(script).toContain("'server:Run a server.'")
  expect(script).toContain("'--listen:addresses where'")
  expect(script).toContain(`(" migrations apply") found=('-a:all of them' '--all:all of them'`)
})

it('the script for fish has a line for each command and option', () => {
  const lines = completionScript('fish', program).split('\n')
  expect(lines).toContain(
    "complete -c millrace -n 'not __fish_seen_subcommand_from server migrations help' -f -a server -d 'Run a server.'",
  )
  expect(lines).toContain(
    "complete -c millrace -n '__fish_seen_subcommand_from server' -s l -l listen -r -d 'addresses where'",
  )
})
