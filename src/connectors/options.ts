/**
 * Options of connectors: declared once, checked when a statement is, resolved when a task is opened. An option whose value is a reference
 * (`${env:NAME}`, `${file:/path:key}`, `${secret:name:key}`) keeps the reference until then, so that what it stands for is in no statement, log or answer.
 */
import { suggestion } from '../suggest.ts'
import { isReference, type SecretReader, withoutReferences } from './secrets.ts'

export type OptionType = 'text' | 'number' | 'flag' | 'list' | 'choice' | 'duration'

export interface OptionDeclaration {
  readonly name: string
  readonly type: OptionType
  /** As it would be written; null: there is none, and the option may be left out. */
  readonly default: string | null
  readonly isRequired?: boolean
  /** Taken as a reference only, never as a literal. */
  readonly isSecret?: boolean
  /** ALTER cannot change it. */
  readonly isFixed?: boolean
  readonly choices?: readonly string[]
  /** Bounds of a number or a duration, both included. */
  readonly least?: number
  readonly most?: number
  /** One or two sentences. */
  readonly description: string
}

/** A bad option, in words for the user. */
export class OptionError extends Error {
  override readonly name = 'OptionError'
  /** The option at fault; null: it is none in particular. */
  readonly option: string | null

  constructor(option: string | null, message: string) {
    super(message)
    this.option = option
  }
}

type Values = Readonly<Record<string, string>>

/** The options of one connector, with defaults. Reading an option that was not declared is a bug. */
export class Options {
  readonly #declared: ReadonlyMap<string, OptionDeclaration>
  readonly #values: Values

  constructor(declarations: readonly OptionDeclaration[], values: Values) {
    this.#declared = new Map(declarations.map((declaration) => [declaration.name, declaration]))
    this.#values = values
  }

  /** Null: it was not given and has no default. */
  textOrNull(name: string): string | null {
    return this.#values[name] ?? this.#declaration(name).default
  }

  text(name: string): string {
    return this.#present(name, this.textOrNull(name))
  }

  numberOrNull(name: string): number | null {
    const text = this.textOrNull(name)
    return text === null ? null : Number(text)
  }

  /** A duration is given in milliseconds. */
  number(name: string): number {
    return this.#present(name, this.numberOrNull(name))
  }

  flag(name: string): boolean {
    return this.textOrNull(name)?.toLowerCase() === 'true'
  }

  /** Empty where the option was not given and has no default. */
  list(name: string): readonly string[] {
    return (this.textOrNull(name) ?? '')
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '')
  }

  /** Whether the statement gave the option. */
  isGiven(name: string): boolean {
    return this.#values[name] !== undefined
  }

  #declaration(name: string): OptionDeclaration {
    const declaration = this.#declared.get(name)
    if (declaration === undefined) throw new Error(`Option ${name} is not declared.`)
    return declaration
  }

  #present<Value>(name: string, value: Value | null): Value {
    if (value === null) throw new OptionError(name, `The option '${name}' is missing.`)
    return value
  }
}

/**
 * Checks what a statement gives. References are taken as they are: they are resolved on the server that runs the task. Throws an OptionError.
 */
export function checkOptions(declarations: readonly OptionDeclaration[], values: Values): Options {
  const declared = new Map(declarations.map((declaration) => [declaration.name, declaration]))
  for (const [name, value] of Object.entries(values)) {
    const declaration = declared.get(name)
    if (declaration === undefined) {
      const advice = suggestion(name, [...declared.keys()], { label: 'Known options' })
      throw new OptionError(name, `This connector has no option '${name}'.${advice}`)
    }
    checkValue(declaration, value)
  }
  for (const { name, isRequired, description } of declarations) {
    if (isRequired === true && values[name] === undefined) {
      throw new OptionError(name, `The option '${name}' is missing. ${description}`)
    }
  }
  return new Options(declarations, values)
}

/** The options with all references resolved. Throws an OptionError that names the option and never what is behind a reference. */
export function resolveOptions(
  declarations: readonly OptionDeclaration[],
  values: Values,
  readSecret: SecretReader,
): Options {
  const resolved: Record<string, string> = {}
  for (const declaration of declarations) {
    const value = values[declaration.name]
    if (value === undefined) continue
    resolved[declaration.name] = withoutReferences(value, (reference) => {
      const found = readSecret(reference)
      if ('problem' in found) throw new OptionError(declaration.name, `Option '${declaration.name}': ${found.problem}`)
      return found.value
    })
    checkForm(declaration, resolved[declaration.name]!, { isShown: !isReference(value) })
  }
  return new Options(declarations, resolved)
}

function checkValue(declaration: OptionDeclaration, value: string): void {
  const { name, isSecret } = declaration
  if (isReference(value)) return
  if (isSecret === true && value !== '') {
    throw new OptionError(
      name,
      `The option '${name}' is a secret, and a statement is kept and shown. Store it by CREATE SECRET and write ` +
        `\${secret:name:key}, or put it into the server's environment and write \${env:NAME}, or into a file and write \${file:/path:key}.`,
    )
  }
  if (hasPasswordInUrl(value)) {
    throw new OptionError(
      name,
      `The option '${name}' must not have a password in it: there are options for user and password.`,
    )
  }
  checkForm(declaration, value, { isShown: true })
}

/** Whether the text has a password in an address: `//user:password@host`. */
export const hasPasswordInUrl = (text: string): boolean => /\/\/[^/@\s]*:[^/@\s]+@/.test(text)

function checkForm(declaration: OptionDeclaration, value: string, { isShown }: { readonly isShown: boolean }): void {
  const { name, type, choices = [], least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY } = declaration
  const refuse = (wanted: string): never => {
    throw new OptionError(name, `The option '${name}' takes ${wanted}${isShown ? `, not '${value}'` : ''}.`)
  }
  switch (type) {
    case 'flag':
      if (!/^(true|false)$/i.test(value)) refuse('true or false')
      return
    case 'choice':
      if (!choices.includes(value)) refuse(`one of ${choices.join(', ')}`)
      return
    case 'number':
    case 'duration': {
      const number = Number(value)
      const bounds = [
        ...(least > Number.NEGATIVE_INFINITY ? [`at least ${least}`] : []),
        ...(most < Number.POSITIVE_INFINITY ? [`at most ${most}`] : []),
      ].join(' and ')
      const wanted = `a number${type === 'duration' ? ' of milliseconds' : ''}${bounds === '' ? '' : ` that is ${bounds}`}`
      if (value.trim() === '' || !Number.isFinite(number) || number < least || number > most) refuse(wanted)
      return
    }
    case 'text':
    case 'list':
      return
  }
}
