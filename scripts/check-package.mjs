// Checks what is published: the lock file is complete, and the tarball installs into an empty folder, where `millrace server` answers
// GET /info and serves the console, and a program that imports `millrace/client` compiles and reads the rows that it has inserted. Prints one line per check; exits with 1 if one fails. Ends by itself within two minutes. Needs the package registry.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const TIMEOUT_MS = 90_000
const START_MS = 20_000
const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const folder = mkdtempSync(join(tmpdir(), 'millrace-package-'))
let failed = 0

function check(what, reason) {
  if (reason !== null) failed++
  console.log(`${reason === null ? 'ok    ' : 'FAILED'} ${what}${reason === null ? '' : `: ${reason}`}`)
}

function npm(args, cwd) {
  return spawnSync('npm', args, { cwd, encoding: 'utf8', timeout: TIMEOUT_MS, shell: process.platform === 'win32' })
}

const failure = ({ status, stderr, error }) => (status === 0 ? null : (error?.message ?? stderr.trim().slice(-500)))

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

/** A program of a user. */
const CONSUMER = `import { MillraceClient, type Row } from 'millrace/client'

const client = new MillraceClient(process.env['MILLRACE_URL'] ?? '')
await client.execute("CREATE STREAM s (k STRING KEY, n INT) WITH (kafka_topic='s', value_format='JSON', partitions=1);")
await client.inserts('s').insert({ k: 'a', n: 1 })
const rows: Row[] = await client.rows('SELECT * FROM s;')
console.log(JSON.stringify(rows))
`

const CONSUMER_CONFIG = {
  compilerOptions: { target: 'esnext', module: 'nodenext', lib: ['esnext', 'dom'], types: ['node'], strict: true },
  files: ['consumer.ts'],
}

/** Null if the program compiles against the types of the package. */
function compiles() {
  writeFileSync(join(folder, 'consumer.ts'), CONSUMER)
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
  const typeRoots = [join(root, 'node_modules', '@types')]
  const compilerOptions = { ...CONSUMER_CONFIG.compilerOptions, typeRoots }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ ...CONSUMER_CONFIG, compilerOptions }))
  const { status, stdout } = npm(['exec', '--', 'tsc', '-p', folder], root)
  return status === 0 ? null : stdout.trim().slice(-500)
}

/** Null if the compiled program prints the row that it has inserted. */
function reads(url) {
  const env = { ...process.env, MILLRACE_URL: url }
  const { stdout, stderr } = spawnSync(process.execPath, ['consumer.js'], {
    cwd: folder,
    env,
    encoding: 'utf8',
    timeout: START_MS,
  })
  return stdout === '[{"K":"a","N":1}]\n' ? null : `${stdout}${stderr.trim().slice(-500)}`
}

/** Null if the console is there with its script; else what is missing. */
async function consoleFault(url) {
  const page = await fetch(`${url}/console`)
  const script = /src="([^"]+)"/.exec(await page.text())?.[1]
  if (!page.ok || script === undefined) return `GET /console answers ${page.status}`
  const { status } = await fetch(url + script)
  return status === 200 ? null : `GET ${script} answers ${status}`
}

/** Calls `use` once `millrace server` of the folder has answered; resolves to null, or why it has not. */
async function serves(use) {
  const url = `http://127.0.0.1:${await freePort()}`
  const command = join(folder, 'node_modules', 'millrace', 'bin', 'millrace.mjs')
  const child = spawn(process.execPath, [command, 'server', '--listen', url, '--data-dir', join(folder, 'data')], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let errors = ''
  child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const deadline = Date.now() + START_MS
  try {
    while (Date.now() < deadline && child.exitCode === null) {
      const answer = await fetch(`${url}/info`).catch(() => null)
      if (answer?.ok) {
        await use(url)
        return null
      }
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    return `no answer from /info. ${errors.trim().slice(-500)}`
  } finally {
    child.kill()
    await ended
  }
}

try {
  check('npm ci accepts package-lock.json', failure(npm(['ci', '--dry-run', '--ignore-scripts'], root)))
  const packed = npm(['pack', '--pack-destination', folder, '--json'], root)
  check('npm pack builds a tarball', failure(packed))
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'))
  if (tarball !== undefined) {
    const [{ files }] = JSON.parse(packed.stdout.slice(packed.stdout.indexOf('[')))
    const foreign = files.map(({ path }) => path).filter((path) => /^(?:test|bench|\.ci|src)\//.test(path))
    check('it holds no sources of tests', foreign.length === 0 ? null : foreign.slice(0, 5).join(', '))
    writeFileSync(join(folder, 'package.json'), '{ "private": true }')
    const installed = npm(['install', '--no-audit', '--no-fund', '--loglevel=error', join(folder, tarball)], folder)
    check('it installs into an empty folder', failure(installed))
    if (installed.status === 0) {
      const compiled = compiles()
      check('a program that imports millrace/client compiles', compiled)
      let read = 'not run'
      let page = 'not run'
      const served = await serves(async (url) => {
        page = await consoleFault(url)
        read = compiled === null ? reads(url) : 'not compiled'
      })
      check('millrace server answers /info there', served)
      check('it serves the console', page)
      check('the program reads the rows that it has inserted', read)
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
process.exit(failed === 0 ? 0 : 1)
