/** CREATE SECRET, DROP SECRET, SHOW SECRETS. See docs/connectors/README.md#secrets. */
import type { SecretValues } from '../../../connectors/secret-vault.ts'
import { NO_KEY, secretNames } from '../../../connectors/secrets.ts'
import { StatementError } from '../../../errors.ts'
import type { CreateSecret, DropSecret, ShowSecrets } from '../../../sql/ast/connector-statements.ts'
import { literalText } from '../../../sql/format.ts'
import { didYouMean } from '../../../suggest.ts'
import type { Catalog } from '../../commands/catalog.ts'
import { type CommandId, commandIdText } from '../../commands/command.ts'
import { answer, atOnce, command, inTurn, nothingToDo } from '../handler.ts'

/** Options refer to secrets in any case. */
const nameOf = ({ name }: CreateSecret | DropSecret): string => name.toUpperCase()

export const createSecret = inTurn<CreateSecret>((statement, { catalog, parts: { vault } }) => {
  const name = nameOf(statement)
  const { orReplace, ifNotExists, location } = statement
  if (vault === null) throw new StatementError(NO_KEY, { location })
  const exists = catalog.secrets.has(name)
  if (exists && !orReplace) {
    const message = `Secret ${name} already exists`
    if (ifNotExists) return answer({ '@type': 'warning_entity', message })
    throw new StatementError(`${message}. CREATE OR REPLACE SECRET gives it other values.`, { location })
  }
  return command({
    id: { type: 'secret', entity: name, action: 'create' },
    effects: [{ kind: 'putSecret', name, sealed: vault.seal(name, valuesOf(statement)) }],
    message: `Secret ${name} ${exists ? 'replaced' : 'created'}`,
  })
})

function valuesOf({ properties }: CreateSecret): SecretValues {
  return Object.fromEntries(properties.map(({ name, value }) => [name.toLowerCase(), literalText(value)]))
}

export const dropSecret = inTurn<DropSecret>((statement, { catalog }) => {
  const name = nameOf(statement)
  const { ifExists, location } = statement
  const id: CommandId = { type: 'secret', entity: name, action: 'drop' }
  if (!catalog.secrets.has(name)) {
    const message = `Secret ${name} does not exist.`
    if (ifExists) return nothingToDo(commandIdText(id), message)
    throw new StatementError(`${message}${didYouMean(name, catalog.secrets.keys())}`, { location })
  }
  checkReaders(name, statement, catalog)
  return command({ id, effects: [{ kind: 'removeSecret', name }], message: `Secret ${name} was dropped.` })
})

function checkReaders(name: string, { location }: DropSecret, { connectors }: Catalog): void {
  const readers = [...connectors.values()].filter(({ spec }) => secretNames(Object.values(spec.options)).includes(name))
  if (readers.length === 0) return
  throw new StatementError(
    `Cannot drop ${name}. The following connectors refer to this secret: [${readers.map(({ spec }) => spec.name).join(', ')}]. ` +
      'You need to drop or alter them before dropping this secret.',
    { location },
  )
}

export const showSecrets = atOnce<ShowSecrets>((_statement, { catalog }) => ({
  '@type': 'secret_list',
  secrets: [...catalog.secrets.keys()].sort(),
}))
