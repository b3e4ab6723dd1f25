/** The name of a server in its cluster, kept beside its local state, so that it is the same after a restart. */
import { randomUUID } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeDirectory } from '../../broker/make-directory.ts'

const FILE = 'server-id'

/** Reads the name from the directory, or makes one. Rejects with the error of the file system. */
export async function serverIdentity(directory: string): Promise<string> {
  const path = join(directory, FILE)
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const made = randomUUID()
  makeDirectory(directory)
  await writeFile(path, `${made}\n`, { flush: true })
  return made
}
