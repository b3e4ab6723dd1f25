// Puts the server's modules, which tsc has made, into few files. A server has 800 of them and each of its workers 400, and to find and open
// one takes longer than to compile it: measured, 200 instead of 380 ms of CPU until a server is loaded. Packages stay where they are.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

/**
 * Writes `dist/bundle/server` from the modules in `dist`. All entries lie in one folder, since threads find theirs beside the file that
 * starts them, and share their chunks, so that a function of a user that imports `millrace` has the server's own modules.
 */
export async function bundleServer(dist) {
  const entries = {
    millrace: 'src/cli/millrace.js',
    index: 'src/index.js',
    entry: 'src/runtime/threads/entry.js',
    'connector-entry': 'src/connectors/threads/connector-entry.js',
    judge: 'bench/judge.js',
  }
  await build({
    absWorkingDir: dist,
    // The image is built without benchmarks.
    entryPoints: Object.fromEntries(Object.entries(entries).filter(([, path]) => existsSync(join(dist, path)))),
    outdir: join(dist, 'bundle', 'server'),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22.15',
    packages: 'external',
    legalComments: 'none',
    logLevel: 'warning',
  })
}
