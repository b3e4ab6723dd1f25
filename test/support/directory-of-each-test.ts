/** A directory for each test of a file. */
import { afterEach, beforeEach } from 'vitest'
import { temporaryDirectory } from './engine.ts'

/** Removed after the hooks that the file registers later: what they close may still write. */
export function directoryOfEachTest(): { readonly path: string } {
  let directory: ReturnType<typeof temporaryDirectory>
  beforeEach(() => {
    directory = temporaryDirectory()
  })
  afterEach(() => directory.remove())
  return {
    get path() {
      return directory.path
    },
  }
}
