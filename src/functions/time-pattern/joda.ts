/**
 * js-joda, loaded when it is first needed: the time zones alone take 40 MB and 100 ms, and most queries have neither named zones nor
 * patterns with texts.
 */
import { createRequire } from 'node:module'
import type * as Core from '@js-joda/core'
import type * as Locales from '@js-joda/locale'

export type { DateTimeFormatter, TemporalAccessor } from '@js-joda/core'

type CoreModule = typeof Core
type LocaleModule = typeof Locales

const require = createRequire(import.meta.url)
let core: CoreModule | null = null
let hasZones = false
let locale: Locales.Locale | null = null

export function joda(): CoreModule {
  core ??= require('@js-joda/core') as CoreModule
  return core
}

/** js-joda with the rules of named time zones. */
export function jodaWithZones(): CoreModule {
  if (!hasZones) {
    require('@js-joda/timezone')
    hasZones = true
  }
  return joda()
}

/** American English, the language in which ksqlDB formats texts; brings month and day names into js-joda. */
export function english(): Locales.Locale {
  if (locale === null) {
    jodaWithZones()
    require('@js-joda/locale_en-us')
    locale = (require('@js-joda/locale') as LocaleModule).Locale.US
  }
  return locale
}
