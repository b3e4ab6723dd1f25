/** The commands of `millrace` and their options. What a command does is loaded when it runs. */
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import type { CliOptions } from './commands/cli.ts'
import type { ProduceOptions } from './commands/produce.ts'
import type { Serve, ServerCommandOptions } from './commands/server.ts'
import { readVersion } from './version.ts'

export interface CommandLineParts {
  /** Starts a server in this process. */
  readonly serve: Serve
}

const DEFAULT_URL = 'http://localhost:8088'

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

function createProgram({ serve }: CommandLineParts, end: (exitCode: number) => void): Command {
  const program = new Command('millrace')
    .description("SQL over streams: a server that speaks ksqlDB's dialect and HTTP API, and its command line.")
    .version(readVersion())
    .exitOverride()
    .showHelpAfterError('(--help lists what there is)')
  program
    .command('server')
    .description('Run a server over its embedded log, or over a Kafka cluster.')
    .option('--listen <url>', 'address to listen on, several with commas (default: http://localhost:8088)')
    .option('--data-dir <dir>', 'where the embedded log and the state of queries lie (default: data)')
    .option(
      '--bootstrap-servers <list>',
      'brokers of a Kafka cluster, host:port with commas (default: the embedded log)',
    )
    .option('--config <file>', 'configuration: a property file, as ksqlDB reads it')
    .option('--check', 'load the server and read its configuration, then end', false)
    .action(async (options: ServerCommandOptions) => {
      const { runServer } = await import('./commands/server.ts')
      end(await runServer(options, serve))
    })
  program
    .command('cli')
    .description('Send statements to a server: interactively, from the command line, a file, or a pipe.')
    .argument('[url]', 'the server', DEFAULT_URL)
    .option('-e, --execute <sql>', 'run these statements and end')
    .option('-f, --file <path>', 'run the statements of this file and end')
    .option('--output <format>', 'TABULAR or JSON', 'TABULAR')
    .option('-d, --define <name=value>', 'set a variable; may be repeated', collect, [])
    .option('-u, --user <name>', 'user, if the server asks for one')
    .option('-p, --password <password>', 'password of the user; asked for if it is left out')
    .option('-t, --token <token>', 'bearer token, instead of a user')
    .option('--query-row-limit <n>', 'end queries after so many rows', positive)
    .option('--query-timeout <ms>', 'end queries after so long', positive)
    .option('--config-file <path>', 'a property file; its ksql. and ksql.streams. properties are set for the session')
    .action(async (url: string, options: CliOptions) => {
      const { runCli } = await import('./commands/cli.ts')
      end(await runCli(url, options))
    })
  program
    .command('produce')
    .description('Write rows into the stream or table of a topic: JSON objects from standard input, one a line.')
    .argument('<topic>', 'topic, or name of a stream or table')
    .option('--key <field>', 'field that becomes the key of each record')
    .option('--server <url>', 'the server', DEFAULT_URL)
    .option('-u, --user <name>', 'user, if the server asks for one')
    .option('-p, --password <password>', 'password of the user')
    .option('-t, --token <token>', 'bearer token, instead of a user')
    .action(async (topic: string, options: ProduceOptions) => {
      const { runProduce } = await import('./commands/produce.ts')
      end(await runProduce(topic, options))
    })
  return program
}

const collect = (value: string, values: readonly string[]): string[] => [...values, value]

function positive(text: string): number {
  const number = Number(text)
  if (Number.isSafeInteger(number) && number > 0) return number
  throw new InvalidArgumentError('It must be a whole number above 0.')
}
