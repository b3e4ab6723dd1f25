// Bundles the browser's part of the console, src/console, with all that it needs: nothing is fetched when it runs. Each file is written
// beside its compressed form, which the server sends. Names hold a hash of the content, so that browsers keep the files for good.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const source = join(root, 'src', 'console')

/** Writes `folder`: the page, its scripts and styles, and the licences of the libraries in them. Rejects with what is wrong in the sources. */
export async function buildConsole(folder) {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: { console: join(source, 'main.tsx') },
    outdir: join(folder, 'assets'),
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: ['chrome120', 'firefox121', 'safari17.4'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
    legalComments: 'none',
    metafile: true,
    write: false,
    logLevel: 'warning',
  })
  const entry = (extension) => {
    const file = outputFiles.find(({ path }) => /console-[^/\\]+$/.test(path) && path.endsWith(extension))
    return relative(folder, file.path).replaceAll('\\', '/')
  }
  const page = readFileSync(join(source, 'index.html'), 'utf8')
    .replace('{script}', `/console/${entry('.js')}`)
    .replace('{style}', `/console/${entry('.css')}`)
  write(folder, 'index.html', page)
  write(folder, 'icon.svg', readFileSync(join(source, 'icon.svg')))
  write(folder, 'licenses.txt', licenses(Object.keys(metafile.inputs)))
  for (const { path, contents } of outputFiles) write(folder, relative(folder, path), contents)
}

function write(folder, name, contents) {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, contents)
  writeFileSync(`${path}.gz`, gzipSync(contents, { level: 9 }))
}

/** The licence of each package that is a part of the bundle. */
function licenses(inputs) {
  const packages = new Set(inputs.flatMap((path) => path.match(/node_modules\/((?:@[^/]+\/)?[^/]+)\//)?.[1] ?? []))
  return [...packages].sort().map(licenseOf).join('\n\n')
}

function licenseOf(name) {
  const folder = join(root, 'node_modules', name)
  const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const text = ['LICENSE', 'LICENSE.txt', 'LICENSE.md', 'license'].flatMap((file) => {
    try {
      return [readFileSync(join(folder, file), 'utf8').trim()]
    } catch {
      return []
    }
  })[0]
  return `${name} ${version} (${license})\n\n${text ?? ''}`
}
