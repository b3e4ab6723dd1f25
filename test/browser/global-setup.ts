/** Builds the console where the server looks for it. */
import { join } from 'node:path'
import { buildConsole } from '../../scripts/build-console.mjs'

export default (): Promise<void> => buildConsole(join(import.meta.dirname, '../../dist/console'))
