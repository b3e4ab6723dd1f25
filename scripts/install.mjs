// Installs the dependencies when they are missing or older than package-lock.json, so that `npm start` and `npm test` work on a fresh
// clone. Runs on any Node >= 20: everything after it runs on the pinned Node of the dev dependency `node`.
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, lstatSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const lock = join(root, 'package-lock.json')
const installed = join(root, 'node_modules', '.installed-lock.json')
const isFresh = existsSync(installed) && readFileSync(installed, 'utf8') === readFileSync(lock, 'utf8')

if (!isFresh) {
  // npm ci empties the folder first, and a link leads to the dependencies of another checkout.
  if (lstatSync(join(root, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink()) {
    console.error('node_modules is a link, and not of this package-lock.json. Remove the link, and run this again.')
    process.exit(1)
  }
  console.error('Installing dependencies (once)...')
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (npm.status !== 0) {
    console.error('npm ci failed: see the messages above. It needs Node >= 20 with npm, and the package registry.')
    process.exit(npm.status ?? 1)
  }
  copyFileSync(lock, installed)
}
