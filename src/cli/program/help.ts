/** The commands that help with the program itself: `doctor` and `completion`. */
import { Argument, type Command } from 'commander'
import type { Diagnose, DoctorOptions } from '../commands/doctor.ts'
import { SHELLS, type Shell } from '../shell-completion.ts'
import { examples } from './options.ts'

export function addHelp(program: Command, diagnose: Diagnose, end: (exitCode: number) => void): void {
  program
    .command('doctor')
    .description('Check whether a server would work here: configuration, port, disk, broker, schema registry.')
    .option('--listen <url>', 'addresses of the server (default: http://localhost:8088)')
    .option('--data-dir <dir>', 'its data directory (default: data)')
    .option('--bootstrap-servers <list>', 'brokers of its Kafka cluster (default: the embedded log)')
    .option('--config <file>', 'its property file')
    .addHelpText(
      'after',
      examples(
        ['millrace doctor', 'what a server with all defaults would find here'],
        ['millrace doctor --config server.properties', 'with the brokers and the registry of a configuration'],
      ),
    )
    .action(async (options: DoctorOptions) => {
      const [{ runDoctor }, { Screen }] = await Promise.all([
        import('../commands/doctor.ts'),
        import('../output/screen.ts'),
      ])
      end(await runDoctor(options, diagnose, new Screen({ out: process.stdout, err: process.stderr })))
    })
  program
    .command('completion')
    .description('Print a script with which a shell completes commands and options.')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .addHelpText(
      'after',
      examples(
        ['millrace completion bash >> ~/.bashrc', 'for each bash from the next one on'],
        ['millrace completion zsh > ~/.zfunc/_millrace', 'for each zsh, if ~/.zfunc is in its fpath'],
        ['millrace completion fish > ~/.config/fish/completions/millrace.fish', 'for each fish'],
      ),
    )
    .action(async (shell: Shell) => {
      const { completionScript } = await import('../shell-completion.ts')
      process.stdout.write(completionScript(shell, program))
    })
}
