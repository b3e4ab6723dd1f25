#!/usr/bin/env node
/**
 * The command `millrace`. It does nothing but switch Node's compile cache on before anything else is loaded: compiling takes most of a
 * cold start, and so does stripping types where the sources themselves are run (measured: 0.9 s, with the cache 0.3 s).
 */
import { accessSync, constants } from 'node:fs'
import { enableCompileCache, findPackageJSON, flushCompileCache } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'

const directory = process.env['NODE_COMPILE_CACHE'] ?? cacheDirectory()
// Worker threads learn of it by the environment only. It stays in memory, 5 MB in each: they are to have it only for types to strip.
if (import.meta.filename.endsWith('.ts')) process.env['NODE_COMPILE_CACHE'] = directory
enableCompileCache(directory)
const { runCommandLine } = await import('./program.ts')
process.exitCode = await runCommandLine(process.argv.slice(2), {
  async serve(options) {
    const [{ serve }, { systemTimer }] = await Promise.all([import('../serve.ts'), import('../clock.ts')])
    const serving = await serve(options)
    // Node writes the cache when a process ends, which a killed one does not get to do.
    systemTimer.after(1000, flushCompileCache, { background: true })
    return serving
  },
})

/** Beside the program's dependencies, or, where that is not writable, where this user alone can write: cached code is run as it is. */
function cacheDirectory(): string {
  const modules = join(findPackageJSON(import.meta.url)!, '..', 'node_modules')
  try {
    accessSync(modules, constants.W_OK)
    return join(modules, '.cache', 'millrace')
  } catch {
    return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'millrace')
  }
}
