/** Which settings a request may override, and with what. */
import { RequestError, StatementError } from '../../errors.ts'
import { isKnownName, isServerOwn, settingHint, valueRefusal } from './check-setting.ts'
import { type Config, canonicalName, settingOf } from './config.ts'

/** The name and value under which an override is kept. Throws StatementError for a property that a request may not set. */
export function checkOverride(name: string, value: string, config: Config): { name: string; value: string } {
  const canonical = canonicalName(name)
  const refusal = settingRefusal(name)
  if (refusal !== null) throw new StatementError(refusal)
  refuseListed(canonical, config)
  const invalid = valueRefusal(canonical, value)
  if (invalid !== null) throw new StatementError(invalid)
  return { name: canonical, value }
}

/** Why no request can set `name`: it is unknown, or the server's own; null: requests can set it. */
export function settingRefusal(name: string): string | null {
  const canonical = canonicalName(name)
  const setting = settingOf(canonical)
  if (!isKnownName(name)) {
    const hint = settingHint(name) || ' SHOW PROPERTIES lists the known ones.'
    return `Not recognizable as ksql, streams, consumer, or producer property: '${name}'.${hint}`
  }
  if (setting?.editable === false || (setting === undefined && isServerOwn(canonical))) {
    return `Cannot override property '${name}'. It is set in the server's configuration.`
  }
  return null
}

/** Throws RequestError if clients may not set the property. */
export function checkPropertyAllowed(name: string, config: Config): void {
  try {
    refuseListed(canonicalName(name), config)
  } catch (error) {
    throw new RequestError('BAD_REQUEST', (error as Error).message, { cause: error })
  }
}

function refuseListed(canonical: string, config: Config): void {
  const names = (list: string) =>
    (config.get(list) ?? '')
      .split(',')
      .map((entry) => canonicalName(entry.trim()))
      .filter((entry) => entry !== '')
  const allowing = config.get('ksql.properties.overrides.validation.mode')?.toLowerCase() === 'allowlist'
  const list = allowing ? 'ksql.properties.overrides.allowlist' : 'ksql.properties.overrides.denylist'
  const listed = names(list).includes(canonical)
  if (listed !== allowing) {
    throw new StatementError(
      `One or more properties overrides set locally are prohibited by the KSQL server: [${canonical}]`,
    )
  }
}
