/** Scripts with which shells complete the commands and options of `millrace`, written from the commands themselves. */
import type { Command, Option } from 'commander'

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

/** A command with the words that lead to it; the program itself has none. */
interface Place {
  readonly words: readonly string[]
  readonly commands: readonly { readonly name: string; readonly description: string }[]
  readonly options: readonly Option[]
}

export function completionScript(shell: Shell, program: Command): string {
  return WRITERS[shell](placesOf(program, []))
}

function placesOf(command: Command, words: readonly string[]): Place[] {
  const help = command.createHelp()
  const commands = help.visibleCommands(command)
  const place = {
    words,
    commands: commands.map((one) => ({ name: one.name(), description: firstSentence(one.description()) })),
    options: help.visibleOptions(command),
  }
  return [place, ...command.commands.flatMap((one) => placesOf(one, [...words, one.name()]))]
}

/** Without the characters that quotes of shells would end at. */
const firstSentence = (text: string): string => plain(text.split(/(?<=\.)\s/)[0]!)
const plain = (text: string): string => text.replaceAll(/['"`\\$:[\]]/g, '')

const flagsOf = ({ short, long }: Option): string[] => [short, long].filter((flag) => flag !== undefined)

const WRITERS: Readonly<Record<Shell, (places: readonly Place[]) => string>> = { bash, zsh, fish }

/** Finds the longest path of commands that was typed, then offers its commands and options, else files. */
function bash(places: readonly Place[]): string {
  const words = ({ commands, options }: Place) =>
    [...commands.map(({ name }) => name), ...options.flatMap(flagsOf)].join(' ')
  return `# bash completion for millrace: source <(millrace completion bash)
_millrace() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path="" word i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case "$path $word" in
      ${paths(places)}) path="$path $word" ;;
    esac
  done
  case "$path" in
${places.map((place) => `    "${pathOf(place)}") COMPREPLY=($(compgen -W "${words(place)}" -- "$current")) ;;`).join('\n')}
  esac
}
complete -o default -F _millrace millrace
`
}

function zsh(places: readonly Place[]): string {
  const described = (name: string, description: string) => `'${name}:${plain(description)}'`
  const found = ({ commands, options }: Place) => [
    ...commands.map(({ name, description }) => described(name, description)),
    ...options.flatMap((option) => flagsOf(option).map((flag) => described(flag, option.description))),
  ]
  return `#compdef millrace
# zsh completion for millrace: millrace completion zsh > ~/.zfunc/_millrace
_millrace() {
  local place="" i
  local -a found
  for ((i = 2; i < CURRENT; i++)); do
    case "$place $words[i]" in
      (${paths(places).replaceAll(' | ', '|')}) place="$place $words[i]" ;;
    esac
  done
  case "$place" in
${places.map((place) => `    ("${pathOf(place)}") found=(${found(place).join(' ')}) ;;`).join('\n')}
  esac
  _describe millrace found || _files
}
if [ "$funcstack[1]" = "_millrace" ]; then _millrace "$@"; else compdef _millrace millrace; fi
`
}

function fish(places: readonly Place[]): string {
  const lines = places.flatMap(({ words, commands, options }) => {
    const seen = words.map((word) => `__fish_seen_subcommand_from ${word}`)
    const names = commands.map(({ name }) => name).join(' ')
    const isHere = [...seen, ...(names === '' ? [] : [`not __fish_seen_subcommand_from ${names}`])].join('; and ')
    const place = isHere === '' ? '' : ` -n '${isHere}'`
    return [
      ...commands.map(({ name, description }) => `complete -c millrace${place} -f -a ${name} -d '${description}'`),
      ...options.map(({ short, long, description, required }) => {
        const flags = [short && `-s ${short.slice(1)}`, long && `-l ${long.slice(2)}`].filter(Boolean).join(' ')
        return `complete -c millrace${place} ${flags}${required ? ' -r' : ''} -d '${plain(description)}'`
      }),
    ]
  })
  return `# fish completion for millrace: millrace completion fish > ~/.config/fish/completions/millrace.fish\n${lines.join('\n')}\n`
}

/** As the shell's variable has it: a blank before each word. */
const pathOf = ({ words }: Place): string => words.map((word) => ` ${word}`).join('')

const paths = (places: readonly Place[]): string =>
  places
    .filter(({ words }) => words.length > 0)
    .map((place) => `"${pathOf(place)}"`)
    .join(' | ')
