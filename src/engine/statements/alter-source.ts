/** ALTER STREAM/TABLE ... ADD COLUMN. See docs/sql.md#alter-and-drop. */
import { planAlterSource } from '../../plan/statements/alter-source.ts'
import type { AlterSource } from '../../sql/ast/definitions.ts'
import { command, inTurn } from './handler.ts'

export const alterSource = inTurn<AlterSource>((statement, { catalog }) => {
  const source = planAlterSource(statement, catalog.metastore)
  const type = source.kind === 'STREAM' ? 'stream' : 'table'
  return command({
    id: { type, entity: source.name, action: 'alter' },
    effects: [{ kind: 'putSource', source }],
    message: `${type === 'stream' ? 'Stream' : 'Table'} altered`,
  })
})
