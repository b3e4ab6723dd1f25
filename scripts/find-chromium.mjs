// Prints the path of a Chromium on this machine, for the tests in a browser; exits with 1 and advice if there is none.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/opt/google/chrome/chrome']

/** Null: there is none. `CHROMIUM` names one elsewhere. */
const findChromium = () => [process.env['CHROMIUM'] ?? '', ...PLACES].find((path) => existsSync(path)) ?? null

/** Throws an Error with advice if there is none. */
export function requireChromium() {
  const path = findChromium()
  if (path === null) throw new Error('No Chromium was found: apt-get install chromium, or set CHROMIUM.')
  return path
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = findChromium()
  console.log(
    path ??
      'No Chromium was found, so the console is not tested in a browser. Install one (apt-get install chromium), or set CHROMIUM.',
  )
  process.exit(path === null ? 1 : 0)
}
