/** The commands that set how rows are shown. */
import { ClientError } from '../client/client-error.ts'
import { ROW_WRITERS } from '../output/row-writer.ts'
import { parseExpanded, parseSwitch } from './arguments.ts'
import { type BuiltInCommand, say } from './built-in-command.ts'

export const expanded: BuiltInCommand = {
  name: '\\x',
  usage: '\\x [ON|OFF|AUTO]',
  help: 'Shows each row as a record with a line per column; AUTO: where a table would not fit the terminal.',
  run(argument, context) {
    const { display } = context.run.session
    display.expanded = argument === '' ? (display.expanded === 'ON' ? 'OFF' : 'ON') : parseExpanded(argument)
    return say(context, `Expanded display: ${display.expanded}`)
  },
}

const MODES = ['table', 'line', ...Object.keys(ROW_WRITERS)]

export const mode: BuiltInCommand = {
  name: '.mode',
  usage: `.mode [${MODES.join('|')}]`,
  help: 'Shows or sets the form of rows: tables, a line per column, or text for programs and documents.',
  run(argument, context) {
    const { display } = context.run.session
    const name = argument.toLowerCase()
    if (name === '') return say(context, display.rowForm ?? (display.expanded === 'ON' ? 'line' : 'table'))
    if (!MODES.includes(name)) throw new ClientError(`There is no mode '${argument}'. Modes: ${MODES.join(', ')}.`)
    display.format = 'TABULAR'
    display.rowForm = name in ROW_WRITERS ? name : null
    if (display.rowForm === null) display.expanded = name === 'line' ? 'ON' : 'AUTO'
    return undefined
  },
}

export const live = switchCommand({
  name: '\\live',
  help: "Sets whether a push query over a table draws each key's row over the former one; ON at first.",
  title: 'Live tables',
  setting: 'isLive',
})

export const timing = switchCommand({
  name: '\\timing',
  help: 'Sets whether the time that a query took is shown.',
  title: 'Timing',
  setting: 'isTiming',
})

interface SwitchOptions extends Pick<BuiltInCommand, 'name' | 'help'> {
  /** Names the setting in the answer. */
  readonly title: string
  readonly setting: 'isLive' | 'isTiming'
}

/** A command that switches a setting to the argument, or, without one, to its opposite. */
function switchCommand({ name, help, title, setting }: SwitchOptions): BuiltInCommand {
  return {
    name,
    usage: `${name} [ON|OFF]`,
    help,
    run(argument, context) {
      const { display } = context.run.session
      display[setting] = argument === '' ? !display[setting] : parseSwitch(argument)
      return say(context, `${title}: ${display[setting] ? 'ON' : 'OFF'}`)
    },
  }
}
