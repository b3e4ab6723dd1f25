/**
 * Files that statements may name: those below directories that the operator has chosen. Whoever may run statements could otherwise read and
 * write every file that the server can.
 */
import { realpathSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path'

export type AllowedPath = { readonly path: string } | { readonly problem: string }

export class FilePaths {
  readonly #directories: readonly string[]

  /** `directories`: the first one is where relative paths begin. */
  constructor(directories: readonly string[]) {
    this.#directories = directories.map((directory) => resolve(directory))
  }

  /** The absolute path, links followed as far as it exists, or why it is not allowed. */
  resolve(path: string): AllowedPath {
    const [home] = this.#directories
    if (home === undefined) {
      return { problem: 'Connectors may use no files here: the setting millrace.connectors.directories is empty.' }
    }
    const wanted = isAbsolute(path) ? resolve(path) : resolve(home, path)
    const real = realPath(wanted)
    if (this.#directories.some((directory) => isBelow(real, realPath(directory)))) return { path: wanted }
    return {
      problem:
        `Connectors may use files below ${this.#directories.join(', ')} only, and ${path} is not there. ` +
        'The setting millrace.connectors.directories names these directories.',
    }
  }
}

const isBelow = (path: string, directory: string): boolean => {
  const way = relative(directory, path)
  return way === '' || (!way.startsWith('..') && !isAbsolute(way))
}

/** The path with links followed, up to the part that does not exist. */
function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    const parent = dirname(path)
    return parent === path ? path : join(realPath(parent), basename(path))
  }
}
