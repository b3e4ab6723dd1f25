/** `millrace migrations` and its commands. */
import type { Command } from 'commander'
import { systemClock, systemTimer } from '../../clock.ts'
import type { ApplyOptions, MigrationsCommand } from '../commands/migrations.ts'
import { collect, examples, positive } from './options.ts'

export function addMigrations(program: Command, end: (exitCode: number) => void): void {
  const migrations = program
    .command('migrations')
    .description("Change a server's streams, tables and queries by numbered files, as ksql-migrations does.")
    .option('-c, --config-file <path>', 'ksql-migrations.properties of the project')
    .addHelpText(
      'after',
      examples(
        ['millrace migrations new-project . http://localhost:8088', 'a configuration file and a folder'],
        ['millrace migrations -c ksql-migrations.properties initialize-metadata', 'once for each server'],
        ['millrace migrations -c ksql-migrations.properties create add users', 'an empty file for the next version'],
        ['millrace migrations -c ksql-migrations.properties apply --all', 'runs the files that have not been applied'],
      ),
    )
  const run = async (command: MigrationsCommand) => {
    const { runMigrations } = await import('../commands/migrations.ts')
    const { configFile = null } = migrations.opts<{ configFile?: string }>()
    const { stdout: out, stderr: err } = process
    end(await runMigrations(command, configFile, { out, err, clock: systemClock, timer: systemTimer }))
  }
  migrations
    .command('new-project')
    .description('Make a configuration file and a folder for migrations.')
    .addHelpText(
      'after',
      examples(['millrace migrations new-project . http://localhost:8088', 'in this folder, for this server']),
    )
    .argument('<path>', 'folder of the project')
    .argument('<url>', 'the server')
    .action((path: string, server: string) => run({ kind: 'new-project', path, server }))
  migrations
    .command('initialize-metadata')
    .description('Create the stream and the table in which the server keeps what was applied.')
    .addHelpText(
      'after',
      examples(['millrace migrations initialize-metadata -c ksql-migrations.properties', 'once for each server']),
    )
    .action(() => run({ kind: 'initialize-metadata' }))
  migrations
    .command('create')
    .description('Make an empty file for a migration.')
    .addHelpText('after', examples(['millrace migrations create add orders', 'migrations/V000001__add_orders.sql']))
    .argument('<description...>', 'words for the name of the file')
    .option('-v, --version <n>', 'version of the file (default: the next)', positive)
    .action((words: readonly string[], { version = null }: { version?: number | null }) =>
      run({ kind: 'create', description: words.join(' '), version }),
    )
  migrations
    .command('apply')
    .description('Run the statements of migrations. Give exactly one of --all, --next, --until and --version.')
    .addHelpText(
      'after',
      examples(
        ['millrace migrations apply --all', 'all that have not been applied'],
        ['millrace migrations apply --next --dry-run', 'shows the statements of the next one'],
      ),
    )
    .option('-a, --all', 'all that have not been applied')
    .option('-n, --next', 'the next one')
    .option('-u, --until <version>', 'all up to this version', positive)
    .option('-v, --version <version>', 'this version only', positive)
    .option('-d, --define <name=value>', 'set a variable; may be repeated', collect, [])
    .option('--headers <file>', 'headers of requests, Name: value on each line')
    .option('--dry-run', 'show the statements and do nothing', false)
    .action((options: ApplyOptions) => run({ kind: 'apply', options }))
  migrations
    .command('info')
    .description('Show each version with its state.')
    .addHelpText('after', examples(['millrace migrations info', 'each version of the project']))
    .action(() => run({ kind: 'info' }))
  migrations
    .command('validate')
    .description('Check that files that were applied have not changed.')
    .addHelpText('after', examples(['millrace migrations validate', 'fails if a file has changed']))
    .action(() => run({ kind: 'validate' }))
  migrations
    .command('destroy-metadata')
    .description('Drop the stream and the table of initialize-metadata, with their topics.')
    .addHelpText('after', examples(['millrace migrations destroy-metadata', 'forgets what was applied']))
    .action(() => run({ kind: 'destroy-metadata' }))
}
