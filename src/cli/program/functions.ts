/** `millrace functions apply`. */
import type { Command } from 'commander'
import type { ApplyFunctionsOptions } from '../commands/functions.ts'
import { examples, withServer } from './options.ts'

export function addFunctions(program: Command, end: (exitCode: number) => void): void {
  withServer(
    program
      .command('functions')
      .description('Functions in JavaScript from files.')
      .addHelpText('after', examples(['millrace functions apply functions', 'the functions of a folder']))
      .command('apply')
      .description('Create or replace the functions of files, one function a file.')
      .argument('<paths...>', 'files *.js and *.ts, or folders with them')
      .option('--dry-run', 'show the statements and do nothing', false),
  )
    .addHelpText(
      'after',
      examples(
        ['millrace functions apply functions', 'the functions of a folder; those that have not changed are left alone'],
        ['millrace functions apply functions/geohash.ts --dry-run', 'the statement of a file'],
      ),
    )
    .action(async (paths: readonly string[], options: ApplyFunctionsOptions) => {
      const { applyFunctions } = await import('../commands/functions.ts')
      const { stdout: out, stderr: err } = process
      end(await applyFunctions(paths, options, { out, err }))
    })
}
