/** A program in a pseudo-terminal, and what its screen shows. Node has no pseudo-terminals of its own, so Python's module `pty` opens it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import xterm from '@xterm/headless'

/** Passes what is typed to the program and what it writes back, in a terminal of argv[1] columns and argv[2] lines. */
const DRIVER = `
import fcntl, os, pty, select, struct, sys, termios
columns, rows = int(sys.argv[1]), int(sys.argv[2])
pid, master = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))
    os.execvp(sys.argv[3], sys.argv[3:])
sources = [0, master]
while True:
    ready, _, _ = select.select(sources, [], [])
    for source in ready:
        try:
            data = os.read(source, 65536)
        except OSError:
            data = b''
        if source == master:
            if not data:
                sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
            os.write(1, data)
        elif data:
            os.write(master, data)
        else:
            sources.remove(0)
`

/** Why there are no pseudo-terminals here; null: there are. */
export function missingTerminal(): string | null {
  const { error, status } = spawnSync('python3', ['-c', 'import pty, os; os.waitstatus_to_exitcode'], {
    stdio: 'ignore',
  })
  return error === undefined && status === 0 ? null : 'there is no python3 of 3.9 or later with the module pty'
}

export interface TerminalOptions {
  readonly columns: number
  readonly rows: number
  /** Changes of this process's environment; undefined removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

/** Characters of a line that look alike. */
export interface StyledText {
  /** Where the first stands, from 0. */
  readonly column: number
  readonly text: string
  /** Number of the colour; null: the default one. */
  readonly colour: number | null
  readonly isBold: boolean
  readonly isDim: boolean
}

type Line = NonNullable<ReturnType<InstanceType<typeof xterm.Terminal>['buffer']['active']['getLine']>>

function styledLine(line: Line | undefined): StyledText[] {
  const parts: StyledText[] = []
  const length = line?.translateToString(true).trimEnd().length ?? 0
  for (let column = 0; column < length; column++) {
    const cell = line!.getCell(column)!
    const style = {
      colour: cell.isFgDefault() ? null : cell.getFgColor(),
      isBold: cell.isBold() !== 0,
      isDim: cell.isDim() !== 0,
    }
    const text = cell.getChars() || ' '
    const last = parts.at(-1)
    if (last?.colour === style.colour && last.isBold === style.isBold && last.isDim === style.isDim) {
      parts[parts.length - 1] = { ...last, text: last.text + text }
    } else {
      parts.push({ column, text, ...style })
    }
  }
  return parts
}

export class PseudoTerminal {
  readonly #child: ChildProcess
  readonly #terminal: InstanceType<typeof xterm.Terminal>
  /** The exit code of the program. */
  readonly exit: Promise<number | null>

  constructor(command: readonly string[], { columns, rows, env = {} }: TerminalOptions) {
    this.#terminal = new xterm.Terminal({ cols: columns, rows, scrollback: 1000, allowProposedApi: true })
    this.#child = spawn('python3', ['-c', DRIVER, String(columns), String(rows), ...command], {
      env: { ...process.env, TERM: 'xterm-256color', ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#child.stdout!.on('data', (data: Buffer) => this.#terminal.write(data))
    this.exit = new Promise((resolve) => this.#child.once('exit', resolve))
  }

  type(keys: string): void {
    this.#child.stdin!.write(keys)
  }

  /** The lines on the screen, without blanks at their ends and empty lines at the end. */
  screen(): string {
    const { active } = this.#terminal.buffer
    const lines = Array.from({ length: this.#terminal.rows }, (_, i) =>
      (active.getLine(active.baseY + i)?.translateToString(true) ?? '').trimEnd(),
    )
    return lines.join('\n').trimEnd()
  }

  /** All lines, those that have left the screen among them. */
  history(): string {
    const { active } = this.#terminal.buffer
    const lines = Array.from({ length: active.length }, (_, i) => active.getLine(i)!.translateToString(true).trimEnd())
    return lines.join('\n').trimEnd()
  }

  /** The number of the colour of the last place on the screen where `text` stands; null: it has the default colour, or is not there. */
  colourOf(text: string): number | null {
    const { active } = this.#terminal.buffer
    for (let i = active.length - 1; i >= 0; i--) {
      const line = active.getLine(i)!
      const column = line.translateToString().lastIndexOf(text)
      const cell = column < 0 ? undefined : line.getCell(column)
      if (cell !== undefined) return cell.isFgDefault() ? null : cell.getFgColor()
    }
    return null
  }

  /** The lines on the screen with their colours, without blanks at their ends and empty lines at the end. */
  styledLines(): StyledText[][] {
    const { active } = this.#terminal.buffer
    const lines = Array.from({ length: this.#terminal.rows }, (_, i) => styledLine(active.getLine(active.baseY + i)))
    while (lines.at(-1)?.length === 0) lines.pop()
    return lines
  }

  /** Ends the program, if it still runs. */
  async close(): Promise<void> {
    this.#child.stdin!.end()
    this.#child.kill()
    await this.exit
    this.#terminal.dispose()
  }
}
