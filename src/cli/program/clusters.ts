/** The commands that read and write the command log of another cluster: `restore-command-topic` and `import`. */
import type { Command } from 'commander'
import type { ImportOptions, ReadTopic } from '../commands/import.ts'
import type { RestoreTopic, RestoreTopicOptions } from '../commands/restore-command-topic.ts'
import { examples, interruption } from './options.ts'

export interface ClusterParts {
  readonly restoreTopic: RestoreTopic
  readonly readTopic: ReadTopic
}

export function addClusters(
  program: Command,
  { restoreTopic, readTopic }: ClusterParts,
  end: (exitCode: number) => void,
): void {
  addRestore(program, restoreTopic, end)
  addImport(program, readTopic, end)
}

function addRestore(program: Command, restore: RestoreTopic, end: (exitCode: number) => void): void {
  program
    .command('restore-command-topic')
    .description('Write the command log of a stopped cluster again from a backup, as ksql-restore-command-topic does.')
    .argument('<backup-file>', 'a file of ksql.metastore.backup.location')
    .option('--config <file>', 'configuration of the servers')
    .option('--bootstrap-servers <list>', 'brokers of their Kafka cluster (default: the embedded log)')
    .option('--data-dir <dir>', 'directory of the embedded log (default: data)')
    .option('-y, --yes', 'do not ask', false)
    .option('-s, --skip-incompatible-commands', 'leave out what this version cannot read', false)
    .addHelpText(
      'after',
      examples([
        'millrace restore-command-topic --config server.properties backups/backup__confluent-ksql-default__command_topic_1700000000000',
        'asks, then replaces the command topic',
      ]),
    )
    .action(async (file: string, options: RestoreTopicOptions) => {
      const { runRestoreTopic } = await import('../commands/restore-command-topic.ts')
      const { stdin: input, stdout: output, env: environment } = process
      end(await runRestoreTopic(file, options, restore, { input, output, environment, signal: interruption() }))
    })
}

function addImport(program: Command, readTopic: ReadTopic, end: (exitCode: number) => void): void {
  program
    .command('import')
    .description('Print the statements that make what a ksqlDB cluster has, and mark what is not supported.')
    .requiredOption(
      '--from-ksqldb <address>',
      'brokers of its Kafka cluster, host:port, or the URL of a running server',
    )
    .option('--service-id <id>', 'its ksql.service.id, for brokers', 'default_')
    .option('--config <file>', 'property file with the security of the brokers')
    .option('-u, --user <name>', 'user, if the server requires one')
    .option('-p, --password <password>', 'password of the user')
    .addHelpText(
      'after',
      examples(
        ['millrace import --from-ksqldb kafka:9092 --service-id prod_ > statements.sql', 'from its command topic'],
        ['millrace import --from-ksqldb http://ksqldb:8088 > statements.sql', 'from a running server'],
      ),
    )
    .action(async (options: ImportOptions) => {
      const { runImport } = await import('../commands/import.ts')
      const print = (text: string) => void process.stdout.write(text)
      const complain = (line: string) => void process.stderr.write(`${line}\n`)
      end(await runImport(options, { readTopic, print, complain }))
    })
}
