/** Appends the steps of a replacement that no statement causes to the command log, so that they happen on all servers and after each restart. */
import { quoteName } from '../../types/sql-type.ts'
import { sourceCommandId } from '../commands/command.ts'
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
    const replacement = commands.catalog.replacements.get(sink)
    if (replacement?.phase !== phase) return null
    await commands.append(turn, {
      id: sourceCommandId(replacement.version.source, 'alter'),
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
