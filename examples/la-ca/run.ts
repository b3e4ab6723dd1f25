import { runCommand } from '../support/command.ts'
import { laCa } from './example.ts'

await runCommand(laCa, process.argv.slice(2))
