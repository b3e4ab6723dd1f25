/** The files of the console, as scripts/build-console.mjs has written them: a fixed list, so that no path of a request leads out of it. */
import { readdir, readFile } from 'node:fs/promises'
import { findPackageJSON } from 'node:module'
import { dirname, extname, join, relative, sep } from 'node:path'

export interface ConsoleFile {
  readonly contentType: string
  readonly bytes: Buffer
  readonly isCompressed: boolean
}

/** Where the build writes, wherever in the package this module is. */
const BUILT = join(dirname(findPackageJSON(import.meta.url)!), 'dist', 'console')

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
}

export class ConsoleFiles {
  readonly #folder: string
  #listed: Promise<ReadonlyMap<string, string>> | null = null

  /** Default: where the build writes. */
  constructor(folder = BUILT) {
    this.#folder = folder
  }

  /** The file with this name, such as `assets/console-X.js`; null if the console has none. `compressed`: the client takes gzip. */
  async read(name: string, { compressed }: { readonly compressed: boolean }): Promise<ConsoleFile | null> {
    const contentType = CONTENT_TYPES[extname(name)]
    if (contentType === undefined) return null
    this.#listed ??= list(this.#folder)
    let files = await this.#listed
    // The console may have been built since.
    if (!files.has(name)) files = await (this.#listed = list(this.#folder))
    const path = files.get(name)
    if (path === undefined) return null
    const isCompressed = compressed && files.has(`${name}.gz`)
    return { contentType, isCompressed, bytes: await readFile(isCompressed ? `${path}.gz` : path) }
  }
}

/** Paths by names, which have slashes on every system; none where the console was not built. */
async function list(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return new Map(paths.map((path) => [relative(folder, path).replaceAll(sep, '/'), path]))
}
