import { runCommand } from '../support/command.ts'
import { rides } from './example.ts'

await runCommand(rides, process.argv.slice(2))
