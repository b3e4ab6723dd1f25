/** The commands of `millrace` and their options. What a command does is loaded when it runs. */
import { Command, CommanderError } from 'commander'
import { systemTimer } from '../clock.ts'
import type { CliOptions } from './commands/cli.ts'
import type { OpenTopic } from './commands/datagen.ts'
import type { Diagnose } from './commands/doctor.ts'
import type { ReadTopic } from './commands/import.ts'
import type { RestoreTopic } from './commands/restore-command-topic.ts'
import type { Serve, ServerCommandOptions } from './commands/server.ts'
import type { TestOptions } from './commands/test.ts'
import { addClusters } from './program/clusters.ts'
import { addData } from './program/data.ts'
import { addDeploy } from './program/deploy.ts'
import { addFunctions } from './program/functions.ts'
import { addHelp } from './program/help.ts'
import { addMigrations } from './program/migrations.ts'
import { collect, DEFAULT_URL, examples, interruption, natural, positive } from './program/options.ts'
import { addRows } from './program/rows.ts'
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
  const { serve, diagnose } = parts
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
  addRows(program, end)
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
  addClusters(program, parts, end)
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
