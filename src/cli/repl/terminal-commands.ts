/** The commands that have the terminal to themselves until they end: `\top`, `\watch` and `\e`. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sleep } from '../../clock.ts'
import { ClientError } from '../client/client-error.ts'
import { runScript } from '../run-script.ts'
import { runStatement } from '../run-statement.ts'
import { type BuiltInCommand, say } from './built-in-command.ts'
import { runTop } from './query-top.ts'

export const top: BuiltInCommand = {
  name: '\\top',
  usage: '\\top',
  help: 'Shows the running queries with their rates and lags, again each second, until Ctrl-C.',
  async run(_argument, { run }) {
    if (!run.screen.isTerminal) throw new ClientError('\\top draws on a terminal only. SHOW QUERIES; lists queries.')
    await runTop(run)
    return undefined
  },
}

const WATCH_SECONDS = 2

export const watch: BuiltInCommand = {
  name: '\\watch',
  usage: '\\watch [SECONDS]',
  help: 'Runs the statement before it again and again, until Ctrl-C; every two seconds by default.',
  async run(argument, { run, lastStatement }) {
    const seconds = argument === '' ? WATCH_SECONDS : Number(argument)
    if (!(seconds > 0)) throw new ClientError(`'${argument}' is no number of seconds. ${watch.usage}`)
    if (lastStatement === null) throw new ClientError('There is no statement to run again. Run it once first.')
    const { session, screen, signal } = run
    while (!signal.aborted) {
      await screen.line(`every ${seconds} s: ${lastStatement.replaceAll(/\s+/g, ' ')}`)
      await runStatement(lastStatement, run)
      await sleep(session.timer, seconds * 1000, { signal })
    }
    return undefined
  },
}

export const edit: BuiltInCommand = {
  name: '\\e',
  usage: '\\e',
  help: 'Opens the statement before it in $VISUAL, $EDITOR or vi, and runs what is saved there.',
  async run(_argument, { run, lastStatement, withTerminal }) {
    const [command = 'vi', ...given] = (process.env['VISUAL'] ?? process.env['EDITOR'] ?? 'vi').split(' ')
    const directory = mkdtempSync(join(tmpdir(), 'millrace-'))
    const path = join(directory, 'statement.sql')
    try {
      writeFileSync(path, lastStatement === null ? '' : `${lastStatement}\n`)
      const edited = withTerminal(() => spawnSync(command, [...given, path], { stdio: 'inherit' }))
      if (edited.error !== undefined) {
        throw new ClientError(`Cannot run the editor ${command}: ${edited.error.message}. Set $EDITOR.`, {
          cause: edited.error,
        })
      }
      const text = readFileSync(path, 'utf8').trim()
      if (edited.status !== 0 || text === '') return say({ run }, 'Nothing was run.')
      await run.screen.line(text)
      await runScript(text, run, '')
      return undefined
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  },
}
