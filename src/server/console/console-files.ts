/** The files of the console, as scripts/build-console.mjs has written them: a fixed list, so that no path of a request leads out of it. */
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface ConsoleFile {
  readonly contentType: string
  readonly bytes: Buffer
  readonly isCompressed: boolean
}

/** Both `dist/src/server/console` and `src/server/console` find what the build has made. */
const BUILT = ['../../../console', '../../../dist/console'].map((path) => fileURLToPath(new URL(path, import.meta.url)))

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
}

export class ConsoleFiles {
  readonly #folders: readonly string[]
  #listed: Promise<ReadonlyMap<string, string>> | null = null

  /** `folders`: the first that exists counts. Default: where the build writes. */
  constructor(folders: readonly string[] = BUILT) {
    this.#folders = folders
  }

  /** The file with this name, such as `assets/console-X.js`; null if the console has none. `compressed`: the client takes gzip. */
  async read(name: string, { compressed }: { readonly compressed: boolean }): Promise<ConsoleFile | null> {
    const contentType = CONTENT_TYPES[extname(name)]
    if (contentType === undefined) return null
    this.#listed ??= list(this.#folders)
    let files = await this.#listed
    // The console may have been built since.
    if (!files.has(name)) files = await (this.#listed = list(this.#folders))
    const path = files.get(name)
    if (path === undefined) return null
    const isCompressed = compressed && files.has(`${name}.gz`)
    return { contentType, isCompressed, bytes: await readFile(isCompressed ? `${path}.gz` : path) }
  }
}

/** Paths by names, which have slashes on every system; none where the console was not built. */
async function list(folders: readonly string[]): Promise<ReadonlyMap<string, string>> {
  for (const folder of folders) {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
    const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
    if (paths.length > 0) return new Map(paths.map((path) => [relative(folder, path).replaceAll(sep, '/'), path]))
  }
  return new Map()
}
