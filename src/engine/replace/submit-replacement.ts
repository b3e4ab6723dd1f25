/** Appends what happens to a replacement by itself to the command log, so that it happens on all servers and after each restart. */
import { quoteName } from '../../types/sql-type.ts'
import type { CommandRunner } from '../commands/command-runner.ts'
import type { Replacement, ReplacementEffect } from '../commands/replacement.ts'
import { isPublic } from '../config/check-setting.ts'
import type { Config } from '../config/config.ts'

const APPLIED_WITHIN_MS = 60_000

/** Nothing is appended if the replacement is in another phase by then. Resolves when the effect is applied. Rejects as the log does. */
export async function submitReplacement(
  effect: ReplacementEffect,
  phase: Replacement['phase'],
  message: string,
  commands: CommandRunner,
  config: Config,
): Promise<void> {
  const { sink } = effect
  const sequence = await commands.turn(async (turn) => {
    const { replacements, metastore } = commands.catalog
    if (replacements.get(sink)?.phase !== phase) return null
    const type = metastore.sources.get(sink)?.kind === 'TABLE' ? 'table' : 'stream'
    await commands.append(turn, {
      id: { type, entity: quoteName(sink), action: 'alter' },
      statement: `-- ${effect.kind} ${quoteName(sink)}`,
      streamsProperties: {},
      originalProperties: Object.fromEntries([...config.server].filter(([name]) => isPublic(name))),
      effects: [effect],
      message,
      queryId: null,
    })
    return turn.sequence
  })
  if (sequence !== null) await commands.outcome(sequence, APPLIED_WITHIN_MS)
}
