/** SHOW PROPERTIES. See docs/configuration.md. */
import type { ShowProperties } from '../../../sql/ast/show-statements.ts'
import { HIDDEN, isPublic } from '../../config/check-setting.ts'
import { canonicalName, settingOf } from '../../config/config.ts'
import { SERVER_SETTINGS } from '../../config/server-settings.ts'
import { STREAMS_SETTINGS } from '../../config/streams-settings.ts'
import type { PropertyInfo } from '../../describe/entities.ts'
import { atOnce } from '../handler.ts'

export const showProperties = atOnce<ShowProperties>((_statement, { config, session }) => {
  const { overrides } = session
  const streams = new Set(Object.keys(STREAMS_SETTINGS))
  const names = [
    ...new Set([...Object.keys(SERVER_SETTINGS), ...streams, ...config.server.keys(), ...overrides.keys()]),
  ].sort()
  const shownName = (name: string) => (streams.has(name) ? `ksql.streams.${name}` : name)
  const properties = names.map((name): PropertyInfo => {
    const setting = settingOf(name)
    return {
      name: shownName(name),
      scope: 'KSQL',
      value: isPublic(name) ? (config.get(canonicalName(name)) ?? null) : HIDDEN,
      editable: setting?.editable ?? true,
      level: setting?.editable === false ? 'SERVER' : 'QUERY',
    }
  })
  const isDefault = (name: string) => !config.server.has(name) && !overrides.has(name)
  return {
    '@type': 'properties',
    properties,
    overwrittenProperties: [...overrides.keys()].map(shownName),
    defaultProperties: names.filter(isDefault).map(shownName),
  }
})
