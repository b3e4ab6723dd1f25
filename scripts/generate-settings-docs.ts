/** Writes docs/configuration.md from the table of settings. */
import { writeFileSync } from 'node:fs'
import { settingsReference } from '../src/engine/config/describe-settings.ts'

writeFileSync(new URL('../docs/configuration.md', import.meta.url), settingsReference())
