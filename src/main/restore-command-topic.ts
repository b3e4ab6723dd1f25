/** `millrace restore-command-topic`: the command log of a cluster that does not run, written again from a backup. */
import { readFile } from 'node:fs/promises'
import type { RestoreTopicOptions, RestoreTopicPorts } from '../cli/commands/restore-command-topic.ts'
import { systemClock } from '../clock.ts'
import { type BackupContent, readBackup, restoreCommands } from '../engine/commands/restore-commands.ts'
import { createConfig } from '../engine/config/config.ts'
import { effectiveProperties } from '../engine/config/given-properties.ts'
import { commandTopic } from '../runtime/topic-names.ts'
import { openBroker } from './open-broker.ts'
import { dataDirectory, givenProperties } from './server-properties.ts'
import { serverSetup } from './setup.ts'

/** Resolves to whether the log was written. Rejects with an Error whose message is for the user. */
export async function restoreCommandTopic(
  file: string,
  { yes, skipIncompatibleCommands, ...options }: RestoreTopicOptions,
  { print, confirm, environment, signal }: RestoreTopicPorts,
): Promise<boolean> {
  const content = readBackup(await readFile(file, 'utf8'))
  refuseUnlessReadable(file, content, skipIncompatibleCommands)
  const properties = effectiveProperties(await givenProperties({ ...options, environment }))
  const config = createConfig(properties)
  const serviceId = config.get('ksql.service.id') ?? ''
  const setup = serverSetup({ dataDir: dataDirectory(config), properties, warn: print })
  const { broker, close } = await openBroker(setup, signal)
  try {
    const topic = commandTopic(serviceId)
    const group = `_confluent-ksql-${serviceId}_slots`
    const [servers] = await broker.describeGroups([group])
    if ((servers?.members.length ?? 0) > 0)
      throw new Error(
        `Servers of the cluster ${serviceId} run: stop them, since they hold on to the present command log.`,
      )
    const exists = (await broker.describeTopic(topic)) !== null
    const loss = exists ? ` The present topic ${topic} is deleted with all that it holds.` : ''
    const count = content.commands.length
    if (!yes && !(await confirm(`Write the ${count} commands of ${file} to ${topic}?${loss} (y/n) `))) return false
    await restoreCommands(content.commands, {
      broker,
      clock: systemClock,
      serviceId,
      replicas: config.number('ksql.internal.topic.replicas'),
    })
    for (const line of content.incompatible) print(`Skipped. ${line}`)
    print(`Restored ${count} commands to ${topic}. Start the servers again.`)
    return true
  } finally {
    await close()
  }
}

function refuseUnlessReadable(file: string, { commands, incompatible }: BackupContent, skips: boolean): void {
  if (incompatible.length > 0 && !skips) {
    throw new Error(
      `${file} holds commands that this version cannot read:\n${incompatible.join('\n')}\n` +
        'Restore it with the version that wrote it, or leave them out by --skip-incompatible-commands.',
    )
  }
  if (commands.length === 0) throw new Error(`${file} holds no commands.`)
}
