/** The name of a server in its cluster, kept beside its local state, so that it is the same after a restart. */
import { randomUUID } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeDirectory } from '../../broker/make-directory.ts'

const FILE = 'server-id'
/** A UUID. */
const NAME = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/

/** Reads the name from the directory, or makes one. Rejects with the error of the file system. */
export async function serverIdentity(directory: string): Promise<string> {
  const path = join(directory, FILE)
  try {
    const known = (await readFile(path, 'utf8')).trim()
    // A damaged file costs the server its name, which only ends old transactions later.
    if (NAME.test(known)) return known
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const made = randomUUID()
  makeDirectory(directory)
  await writeFile(path, `${made}\n`, { flush: true })
  return made
}
