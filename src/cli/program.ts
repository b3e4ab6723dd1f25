/** The commands of `millrace` and their options. What a command does is loaded when it runs. */
import { Command, CommanderError } from 'commander'
import { systemClock, systemTimer } from '../clock.ts'
import type { CliOptions } from './commands/cli.ts'
import type { ConsumeOptions } from './commands/consume.ts'
import type { OpenTopic } from './commands/datagen.ts'
import type { Diagnose } from './commands/doctor.ts'
import type { ApplyFunctionsOptions } from './commands/functions.ts'
import type { ImportOptions, ReadTopic } from './commands/import.ts'
import type { ApplyOptions, MigrationsCommand } from './commands/migrations.ts'
import type { ProduceOptions } from './commands/produce.ts'
import type { RestoreTopic, RestoreTopicOptions } from './commands/restore-command-topic.ts'
import type { Serve, ServerCommandOptions } from './commands/server.ts'
import type { TestOptions } from './commands/test.ts'
import { addData } from './program/data.ts'
import { addDeploy } from './program/deploy.ts'
import { addHelp } from './program/help.ts'
import { collect, DEFAULT_URL, examples, interruption, natural, positive, withServer } from './program/options.ts'
import { readVersion } from './version.ts'

/** What the program needs from its caller. */
export interface CommandLineParts {
  /** Starts a server in this process. */
  readonly serve: Serve
  /** Writes a command log from a backup. */
  readonly restoreTopic: RestoreTopic
  /** Reads a topic of Kafka. */
  readonly readTopic: ReadTopic
  /** Opens a topic of Kafka for writing. */
  readonly openTopic: OpenTopic
  /** The checks of `millrace doctor`. */
  readonly diagnose: Diagnose
}

/** Runs one command; resolves to the exit code of the process. */
export async function runCommandLine(args: readonly string[], parts: CommandLineParts): Promise<number> {
  let exitCode = 0
  const program = createProgram(parts, (code) => {
    exitCode = code
  })
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode
    process.stderr.write(`${(error as Error).message}\n`)
    return 1
  }
  return exitCode
}

function createProgram(parts: CommandLineParts, end: (exitCode: number) => void): Command {
  const { serve, restoreTopic, readTopic, diagnose } = parts
  const program = new Command('millrace')
    .description("SQL over streams: a server that speaks ksqlDB's dialect and HTTP API, and its command line.")
    .version(readVersion())
    .exitOverride()
    .showHelpAfterError('(--help lists commands and options)')
    .addHelpText(
      'after',
      examples(
        ['millrace demo', 'a server with data that moves, to look around'],
        ['millrace server', 'a server at http://localhost:8088, with its data in ./data'],
        ['millrace cli', 'a prompt for statements'],
        ['millrace produce orders orders.csv --create', 'a stream with the rows of a file'],
        ['millrace consume orders --from-beginning', 'its rows as JSON lines'],
        ['millrace help server', 'the options of a command'],
      ),
    )
  program
    .command('server')
    .description('Run a server over its embedded log, or over a Kafka cluster.')
    .option('--listen <url>', 'addresses to listen on, separated by commas (default: http://localhost:8088)')
    .option('--data-dir <dir>', 'directory of the embedded log and of query state (default: data)')
    .option(
      '--bootstrap-servers <list>',
      'brokers of a Kafka cluster, host:port, separated by commas (default: the embedded log)',
    )
    .option('--config <file>', "configuration in ksqlDB's property file format")
    .option('--queries-file <file>', 'run the statements of this file, and take none that change anything over HTTP')
    .option('--log-level <level>', 'debug, info, warn or error (default: info)')
    .option('--check', 'check the configuration and exit', false)
    .addHelpText(
      'after',
      examples(
        ['millrace server', 'over the embedded log in ./data'],
        ['millrace server --bootstrap-servers kafka:9092', 'over Kafka'],
        ['millrace server --config server.properties --check', 'names the mistakes of a configuration'],
        ['KSQL_KSQL_SERVICE_ID=prod_ millrace server', 'settings from the environment'],
      ),
    )
    .action(async (options: ServerCommandOptions) => {
      const { runServer, thisProcess } = await import('./commands/server.ts')
      end(await runServer(options, serve, thisProcess))
    })
  program
    .command('cli')
    .description('Send statements to a server: interactively, or from the command line, a file or a pipe.')
    .argument('[url]', 'the server', DEFAULT_URL)
    .option('-e, --execute <sql>', 'run these statements and exit')
    .option('-f, --file <path>', 'run the statements of this file and exit')
    .option('--output <format>', 'TABULAR or JSON', 'TABULAR')
    .option('-d, --define <name=value>', 'set a variable; may be repeated', collect, [])
    .option('-u, --user <name>', 'user, if the server requires one')
    .option('-p, --password <password>', 'password of the user; prompted for if omitted')
    .option('-t, --token <token>', 'bearer token, instead of a user')
    .option('--query-row-limit <n>', 'end queries after this many rows', positive)
    .option('--query-timeout <ms>', 'end queries after this time', positive)
    .option('--config-file <path>', 'property file whose ksql. and ksql.streams. properties apply to the session')
    .addHelpText(
      'after',
      examples(
        ['millrace cli http://host:8088 -u ann', 'a prompt, after one for the password'],
        ['millrace cli -e "SHOW STREAMS; SELECT * FROM totals"', 'the answers, then the end'],
        ['millrace cli -f pipeline.sql -d country=FR', `a file in which \${country} is FR`],
        ['echo "SHOW TABLES" | millrace cli --output JSON', 'answers for a program'],
      ),
    )
    .action(async (url: string, options: CliOptions) => {
      const { runCli } = await import('./commands/cli.ts')
      end(await runCli(url, options, systemTimer))
    })
  withServer(
    program
      .command('produce')
      .description('Write rows of a file, or of standard input, into a stream or table.')
      .argument('<target>', 'topic, or name of a stream or table')
      .argument('[file]', 'file of rows, also compressed by gzip or zstd (default: standard input)')
      .option(
        '--format <name>',
        'json (objects, one a line, or one array), csv, tsv or lines (default: by the extension, else json)',
      )
      .option('--columns <names>', 'names of the fields of a CSV file without a header, with commas')
      .option('--delimiter <character>', 'between the fields of a CSV file')
      .option('--key <field>', 'field that becomes the key of each record')
      .option('--timestamp <field>', 'field that becomes the time of each record: epoch milliseconds or ISO 8601')
      .option('--header <name=value>', 'header of each record; may be repeated', collect, [])
      .option('--partition <n>', 'partition that all records go to (default: by the key)', natural)
      .option('--tombstone <key>', 'delete the row of this key instead of writing rows; may be repeated', collect, [])
      .option('--skip-errors', 'pass over rows that cannot be read or are refused, and report them', false)
      .option('--resume', 'continue a file where an interrupted run stopped', false)
      .option('--create', 'create a stream that fits the file first', false)
      .option('--partitions <n>', 'partitions of the topic that --create makes', positive, 1)
      .option('-y, --yes', 'let --create run without asking', false),
  )
    .addHelpText(
      'after',
      examples(
        ['millrace produce orders orders.csv --key id', 'the rows of a file with a header'],
        ['zcat orders.ndjson.gz | millrace produce orders', 'JSON objects, one a line'],
        ['millrace produce logs access.log --format lines', 'each line as one STRING'],
        ['millrace produce items --tombstone pen', 'deletes a row of a table'],
      ),
    )
    .action(async (target: string, file: string | undefined, options: ProduceOptions) => {
      const { runProduce } = await import('./commands/produce.ts')
      const { stdin, stderr: err } = process
      end(await runProduce(target, file ?? null, options, { stdin, err, timer: systemTimer, signal: interruption() }))
    })
  withServer(
    program
      .command('consume')
      .description('Write the rows of a stream, a table or a SELECT to standard output.')
      .argument('<source>', 'name of a stream or table, or a SELECT')
      .option('--format <name>', 'ndjson, csv, tsv or table', 'ndjson')
      .option('--from-beginning', 'start with the oldest row, not with the next', false)
      .option('--limit <n>', 'end after this many rows', positive),
  )
    .addHelpText(
      'after',
      examples(
        ['millrace consume orders', 'new rows as JSON objects, until Ctrl-C'],
        ['millrace consume "SELECT * FROM totals" --format csv', 'a table as it is now'],
      ),
    )
    .action(async (source: string, options: ConsumeOptions) => {
      const { runConsume } = await import('./commands/consume.ts')
      const { stdout: out, stderr: err } = process
      end(await runConsume(source, options, { out, err, signal: interruption(), timer: systemTimer }))
    })
  program
    .command('test')
    .description('Run SQL tests in this process, without a server and without a broker.')
    .argument('[paths...]', 'files of tests, or folders with them')
    .option('--watch', 'run again whenever a file changes', false)
    .option('--reporter <name>', 'text, tap or junit', 'text')
    .option('--filter <text>', 'only tests whose name holds this text')
    .option('--seed <n>', 'where the second run of each test restarts its queries (default: anywhere)', natural)
    .option('--no-restarts', 'run each test once only')
    .option('--set <name=value>', 'setting of the server that the tests stand for; may be repeated', collect, [])
    .option('--sql-file <path>', 'statements of a test whose records are in JSON files')
    .option('--input-file <path>', 'its records: {"inputs": [{"topic": ..., "value": ...}]}')
    .option('--output-file <path>', 'the expected records: {"outputs": [...]}')
    .addHelpText(
      'after',
      examples(
        ['millrace test tests', 'all tests of a folder'],
        ['millrace test tests/orders.sql --watch', 'again after each change'],
        ['millrace test tests --reporter junit > report.xml', 'for a build server'],
      ),
    )
    .action(async (paths: readonly string[], options: TestOptions) => {
      const { runTests } = await import('./commands/test.ts')
      const { stdout: out, stderr: err } = process
      const signal = options.watch ? interruption() : new AbortController().signal
      end(await runTests(paths, options, { out, err, timer: systemTimer, random: Math.random, signal }))
    })
  addData(program, parts, end)
  addFunctions(program, end)
  addDeploy(program, end)
  addMigrations(program, end)
  addRestore(program, restoreTopic, end)
  addImport(program, readTopic, end)
  addHelp(program, diagnose, end)
  program
    .command('version')
    .description('Show the versions of Millrace and of Node.')
    .addHelpText('after', examples(['millrace version', 'for a report of a fault']))
    .action(() => {
      console.log(`millrace ${readVersion()} (Node ${process.versions.node}, ${process.platform} ${process.arch})`)
    })
  return program
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
      const { runRestoreTopic } = await import('./commands/restore-command-topic.ts')
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
      const { runImport } = await import('./commands/import.ts')
      const print = (text: string) => void process.stdout.write(text)
      const complain = (line: string) => void process.stderr.write(`${line}\n`)
      end(await runImport(options, { readTopic, print, complain }))
    })
}

function addFunctions(program: Command, end: (exitCode: number) => void): void {
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
      const { applyFunctions } = await import('./commands/functions.ts')
      const { stdout: out, stderr: err } = process
      end(await applyFunctions(paths, options, { out, err }))
    })
}

function addMigrations(program: Command, end: (exitCode: number) => void): void {
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
    const { runMigrations } = await import('./commands/migrations.ts')
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
