// Makes dist/ of the sources when it is missing or older than they are: JavaScript needs neither time nor memory to strip types, in
// each thread. Bundles the server and the console. Installs what it needs first.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import './install.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const built = join(root, 'dist', '.built')
const SOURCES = [
  'src',
  'grammar',
  'bench',
  'tsconfig.json',
  'tsconfig.build.json',
  'scripts/build-console.mjs',
  'scripts/bundle-server.mjs',
]

function newest(path) {
  const stats = statSync(path)
  if (!stats.isDirectory()) return stats.mtimeMs
  return readdirSync(path).reduce((time, name) => Math.max(time, newest(join(path, name))), stats.mtimeMs)
}

if (!existsSync(built) || SOURCES.some((name) => newest(join(root, name)) > statSync(built).mtimeMs)) {
  console.error('Building (once after a change)...')
  rmSync(join(root, 'dist'), { recursive: true, force: true })
  const tsc = spawnSync('npm', ['exec', '--', 'tsc', '-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (tsc.status !== 0) {
    console.error('The build failed: see the messages above.')
    process.exit(tsc.status ?? 1)
  }
  // Loaded here, since a fresh clone has esbuild only when the dependencies are installed.
  const { bundleServer } = await import('./bundle-server.mjs')
  await bundleServer(join(root, 'dist'))
  const { buildConsole } = await import('./build-console.mjs')
  await buildConsole(join(root, 'dist', 'console'))
  writeFileSync(built, '')
}
