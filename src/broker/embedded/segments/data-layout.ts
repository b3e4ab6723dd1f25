/**
 * Names in the data directory.
 *
 *   lock                                  the process that uses the directory (data-dir-lock.ts)
 *   cluster.json                          { clusterId }
 *   checkpoint.json                       how far partitions are known to be whole (checkpoint.ts)
 *   topics/<topic>/topic.json             name, id, partitions, configuration (topic-store.ts)
 *   topics/<topic>/topic.copy.json        the same again, for the case that topic.json is damaged
 *   topics/<topic>/<partition>/<base offset, 20 digits>.log     record batches, back to back
 *                              <base offset>.index              where to start to look (segment-index.ts)
 *                              <base offset>.copy               the segment again, where the topic has copies (segment-copies.ts)
 *                              aborted.index                    aborted transactions (aborted-index.ts)
 *                              <base>-<end>.swap                a compacted segment on its way to its place (compaction.ts)
 *                              damage-found                     a reader met damage: the next start checks every batch (recovery.ts)
 *   deleted/<topic id>                    a deleted topic, about to be removed
 *   quarantine/                           copies of files that were found damaged
 */

import { existsSync, renameSync, writeFileSync, writeSync } from 'node:fs'
import { join, sep } from 'node:path'
import { namingFile } from './storage-error.ts'

export const LOG_SUFFIX = '.log'
const INDEX_SUFFIX = '.index'
export const COPY_SUFFIX = '.copy'
export const SWAP_SUFFIX = '.swap'
export const PARTIAL_SUFFIX = '.partial'

const OFFSET_DIGITS = 20

export const topicsDirectory = (dataDir: string) => join(dataDir, 'topics')
export const quarantineDirectory = (dataDir: string) => join(dataDir, 'quarantine')
export const deletedDirectory = (dataDir: string) => join(dataDir, 'deleted')
export const topicDirectory = (dataDir: string, topic: string) => join(topicsDirectory(dataDir), topic)
/** Ends in a separator, so that it is a prefix of this partition's files only. */
export const partitionDirectory = (topicDir: string, partition: number) => join(topicDir, String(partition)) + sep

export const segmentName = (base: number) => String(base).padStart(OFFSET_DIGITS, '0')
export const logPath = (directory: string, base: number) => `${directory}${segmentName(base)}${LOG_SUFFIX}`
export const copyPath = (directory: string, base: number) => `${directory}${segmentName(base)}${COPY_SUFFIX}`
export const indexPath = (directory: string, base: number) => `${directory}${segmentName(base)}${INDEX_SUFFIX}`
export const abortedPath = (directory: string) => `${directory}aborted.index`
export const damageMarkPath = (directory: string) => `${directory}damage-found`

/** Replaces a file so that a crash leaves the old or the new one whole. `flush`: also if the machine loses power. */
export function writeFileAtomically(path: string, content: string | Buffer, { flush = true } = {}): void {
  const partial = `${path}${PARTIAL_SUFFIX}`
  namingFile(path, () => {
    writeFileSync(partial, content, { flush })
    renameSync(partial, path)
  })
}

/** Writes all of `bytes` at `position`; the system may take them in parts. */
export function writeFully(descriptor: number, bytes: Uint8Array, position: number): void {
  for (let written = 0; written < bytes.length; )
    written += writeSync(descriptor, bytes, written, bytes.length - written, position + written)
}

/** A path in `directory` that is not taken: `name`, or `name` with a number. */
export function freePath(directory: string, name: string): string {
  let path = join(directory, name)
  for (let count = 1; existsSync(path); count++) path = join(directory, `${name}.${count}`)
  return path
}
