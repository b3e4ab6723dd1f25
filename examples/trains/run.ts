import { runCommand } from '../support/command.ts'
import { trains } from './example.ts'

await runCommand(trains, process.argv.slice(2))
