/** The commands that bring made-up data: `datagen` and `demo`. */
import type { Command } from 'commander'
import { systemClock, systemTimer } from '../../clock.ts'
import { QUICKSTARTS } from '../../datagen/quickstarts.ts'
import type { DatagenOptions, OpenTopic } from '../commands/datagen.ts'
import type { DemoOptions } from '../commands/demo.ts'
import type { Serve } from '../commands/server.ts'
import { programName } from '../program-name.ts'
import { examples, interruption, natural, positive, withServer } from './options.ts'

export interface DataParts {
  readonly serve: Serve
  readonly openTopic: OpenTopic
}

export function addData(program: Command, parts: DataParts, end: (exitCode: number) => void): void {
  addDemo(program, parts, end)
  addDatagen(program, parts, end)
}

function addDemo(program: Command, { serve }: DataParts, end: (exitCode: number) => void): void {
  program
    .command('demo')
    .description('Run a server with made-up data that moves, and three queries over it, to look around.')
    .option('--listen <url>', 'address to listen on', 'http://127.0.0.1:8088')
    .option('--data-dir <dir>', 'directory that keeps the data (default: a temporary one, deleted at the end)')
    .option('--rate <n>', 'clicks per second; logs come twice as fast, rides half as fast', positive, 20)
    .addHelpText(
      'after',
      examples(
        ['millrace demo', 'clicks, logs and rides at http://127.0.0.1:8088, until Ctrl-C'],
        ['millrace demo --listen http://127.0.0.1:9000 --rate 1000', 'elsewhere, and faster'],
      ),
    )
    .action(async (options: DemoOptions) => {
      const [{ runDemo }, { thisProcess }, { Screen }] = await Promise.all([
        import('../commands/demo.ts'),
        import('../commands/server.ts'),
        import('../output/screen.ts'),
      ])
      const screen = new Screen({ out: process.stdout, err: process.stderr })
      end(
        await runDemo(options, {
          serve,
          process: thisProcess,
          screen,
          timer: systemTimer,
          program: programName(process.env),
        }),
      )
    })
}

function addDatagen(program: Command, { openTopic }: DataParts, end: (exitCode: number) => void): void {
  const names = Object.entries(QUICKSTARTS).map(([name, { description }]) => `  ${name.padEnd(18)} ${description}`)
  withServer(
    program
      .command('datagen')
      .description('Write made-up records into a stream or table, or into a topic of Kafka, as ksql-datagen does.')
      .argument('[quickstart]', 'name of a data set; see below')
      .option('--fields <text>', "fields of your own: 'id=sequence; state=one(LA*3,CA); ms=int(1,500)'")
      .option('--schema <file>', 'Avro schema with the annotations of ksql-datagen (arg.properties)')
      .option('--topic <name>', 'topic, and name of the stream or table (default: that of the quickstart)')
      .option('--key <field>', 'field that is the key (default: that of the quickstart, else none)')
      .option('--format <name>', 'format of values: any that the server has, such as JSON, AVRO or DELIMITED')
      .option('--partitions <n>', 'partitions of a topic that is created', positive, 1)
      .option('--rate <n>', 'records per second; 0: as fast as they are stored', natural, 10)
      .option('--count <n>', 'how many records to make (default: until Ctrl-C)', positive)
      .option('--seed <n>', 'the same seed makes the same records', natural, 1)
      .option('--bootstrap-servers <list>', 'write to these brokers of Kafka, without a server')
      .option('--config <file>', 'property file with the security of the brokers'),
  )
    .addHelpText('after', `\nQuickstarts:\n${names.join('\n')}`)
    .addHelpText(
      'after',
      examples(
        ['millrace datagen orders', 'ten orders a second into the stream ORDERS'],
        ['millrace datagen pageviews --rate 0 --count 100000', 'many at once'],
        ["millrace datagen --topic trips --fields 'id=sequence; km=double(1,90)' --key id", 'fields of your own'],
        ['millrace datagen users --bootstrap-servers kafka:9092', 'into a topic of Kafka'],
      ),
    )
    .action(async (quickstart: string | undefined, options: DatagenOptions) => {
      const { runDatagen } = await import('../commands/datagen.ts')
      const io = { err: process.stderr, clock: systemClock, timer: systemTimer, signal: interruption(), openTopic }
      end(await runDatagen(quickstart ?? null, options, io))
    })
}
