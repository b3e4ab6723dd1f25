/** Making directories in places that may be impossible. */

import { existsSync, mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/**
 * Makes a directory and the missing ones above it. Throws Node's error where one cannot be made; the recursive `mkdirSync` never returns
 * for a path in a file system such as /proc, which answers ENOENT for a parent that exists.
 */
export function makeDirectory(path: string): void {
  const missing: string[] = []
  for (let parent = resolve(path); !existsSync(parent); parent = dirname(parent)) missing.push(parent)
  for (const directory of missing.reverse()) makeOne(directory)
  // An existing file in the directory's place is an error, which `mkdirSync` reports.
  if (missing.length === 0) mkdirSync(path, { recursive: true })
}

/** Another process may have made it meanwhile. */
function makeOne(directory: string): void {
  try {
    mkdirSync(directory)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
