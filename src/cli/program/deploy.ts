/** `millrace plan` and `millrace apply`. */
import type { Command } from 'commander'
import { systemTimer } from '../../clock.ts'
import type { ApplyOptions, DeployIo, PlanOptions } from '../commands/deploy.ts'
import { collect, examples, interruption, positive, withServer } from './options.ts'

export function addDeploy(program: Command, end: (exitCode: number) => void): void {
  const withFolder = (command: Command): Command =>
    withServer(command.argument('<folder>', 'folder with files *.sql'))
      .option('-d, --define <name=value>', 'value of a variable in the files; may be repeated', collect, [])
      .option('--prune', 'drop streams and tables that the folder does not have', false)
  withFolder(
    program.command('plan').description('Show what a server lacks of a folder of statements, and what differs.'),
  )
    .addHelpText(
      'after',
      examples([
        'millrace plan pipeline --server http://localhost:8088',
        'exits with 0: nothing to do, 2: changes are pending, 1: failure',
      ]),
    )
    .action(async (folder: string, options: PlanOptions) => {
      const { runPlan } = await import('../commands/deploy.ts')
      end(await runPlan(folder, options, await deployIo()))
    })
  withFolder(program.command('apply').description('Bring a server to what a folder of statements says.'))
    .option('--dry-run', 'show the statements and do nothing', false)
    .option('-y, --yes', 'do not ask', false)
    .option('--no-tests', 'do not run the tests of the folder first')
    .option('--timeout <seconds>', 'the longest that a new version of a query may take', positive, 3600)
    .addHelpText(
      'after',
      examples(
        ['millrace apply pipeline --yes', 'tests first; what was changed is changed back after a failure'],
        ['millrace apply pipeline --dry-run --prune', 'the statements, with those that drop what is not in the folder'],
      ),
    )
    .action(async (folder: string, options: ApplyOptions) => {
      const { runApply } = await import('../commands/deploy.ts')
      end(await runApply(folder, options, await deployIo()))
    })
}

async function deployIo(): Promise<DeployIo> {
  const { runTests } = await import('../commands/test.ts')
  const { ask } = await import('../commands/ask.ts')
  const { stdin, stdout: out, stderr: err } = process
  const io = { out, err, timer: systemTimer, random: Math.random, signal: interruption() }
  return {
    ...io,
    confirm: stdin.isTTY ? (question) => ask(question, stdin, out) : null,
    runTests: (folder) => runTests([folder], { watch: false, reporter: 'text', restarts: true, set: [] }, io),
  }
}
