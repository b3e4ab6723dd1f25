/** The commands that carry rows: `produce` and `consume`. */
import type { Command } from 'commander'
import { systemTimer } from '../../clock.ts'
import type { ConsumeOptions } from '../commands/consume.ts'
import type { ProduceOptions } from '../commands/produce.ts'
import { collect, examples, interruption, natural, positive, withServer } from './options.ts'

export function addRows(program: Command, end: (exitCode: number) => void): void {
  addProduce(program, end)
  addConsume(program, end)
}

function addProduce(program: Command, end: (exitCode: number) => void): void {
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
      const { runProduce } = await import('../commands/produce.ts')
      const { stdin, stderr: err } = process
      end(await runProduce(target, file ?? null, options, { stdin, err, timer: systemTimer, signal: interruption() }))
    })
}

function addConsume(program: Command, end: (exitCode: number) => void): void {
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
      const { runConsume } = await import('../commands/consume.ts')
      const { stdout: out, stderr: err } = process
      end(await runConsume(source, options, { out, err, signal: interruption(), timer: systemTimer }))
    })
}
