/** Topics on disk: one directory each, made and removed so that a crash leaves a topic whole or absent. */

import { readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { TopicConfig } from '../../broker.ts'
import { makeDirectory } from '../../make-directory.ts'
import { type CheckedJson, readCheckedJson, writeCheckedJson } from '../segments/checked-json.ts'
import {
  deletedDirectory,
  freePath,
  LOG_SUFFIX,
  quarantineDirectory,
  topicDirectory,
  topicsDirectory,
} from '../segments/data-layout.ts'

export interface StoredTopic {
  readonly id: string
  readonly name: string
  readonly partitions: number
  readonly replicas: number
  readonly isInternal: boolean
  /** See `TopicHandle`. */
  readonly hasCopies: boolean
  /** As given and defaulted when the topic was made. */
  readonly config: TopicConfig
}

/** Files with the topic's metadata, all of them equal. */
export const metadataPaths = (dataDir: string, topic: string): string[] =>
  ['topic.json', 'topic.copy.json'].map((name) => join(topicDirectory(dataDir, topic), name))

/**
 * All topics of the directory. Finishes deletions that a crash interrupted; a directory without metadata is a creation that never was.
 * One whose metadata is damaged in both copies is moved to the quarantine directory and told of.
 */
export function loadTopics(dataDir: string, warn: (message: string) => void): StoredTopic[] {
  makeDirectory(topicsDirectory(dataDir))
  rmSync(deletedDirectory(dataDir), { recursive: true, force: true })
  const topics: StoredTopic[] = []
  for (const name of readdirSync(topicsDirectory(dataDir))) {
    const directory = topicDirectory(dataDir, name)
    const metadata = readMetadata(dataDir, name, warn)
    if (metadata.kind === 'read') topics.push(withCopies(metadata.value as StoredTopic))
    else if (metadata.kind === 'missing' && !hasRecords(directory)) rmSync(directory, { recursive: true, force: true })
    else setAside(dataDir, name, warn)
  }
  return topics
}

/** The log's own topics have copies, whenever they were made. */
const withCopies = (topic: StoredTopic): StoredTopic => ({ ...topic, hasCopies: topic.hasCopies || topic.isInternal })

/** The copy that is whole; the other one is written again. */
function readMetadata(dataDir: string, name: string, warn: (message: string) => void): CheckedJson {
  const paths = metadataPaths(dataDir, name)
  const copies = paths.map(readCheckedJson)
  const whole = copies.find(({ kind }) => kind === 'read')
  if (whole?.kind !== 'read') return copies[0]!
  for (const [index, { kind }] of copies.entries()) {
    if (kind === 'read') continue
    writeCheckedJson(paths[index]!, whole.value)
    // A crash may have come before the second copy was written.
    if (kind === 'damaged' || index === 0)
      warn(`${paths[index]} is ${kind}. It was written again from its other copy, so nothing is lost. Check the disk.`)
  }
  return whole
}

/** Whether any partition below `directory` has a segment with something in it. */
function hasRecords(directory: string): boolean {
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' })
  return files.some((file) => file.endsWith(LOG_SUFFIX) && statSync(join(directory, file)).size > 0)
}

function setAside(dataDir: string, name: string, warn: (message: string) => void): void {
  makeDirectory(quarantineDirectory(dataDir))
  const target = freePath(quarantineDirectory(dataDir), name)
  renameSync(topicDirectory(dataDir, name), target)
  warn(
    `The metadata of topic ${name} is damaged or missing, so the topic is gone. Its files are kept in ${target}. Create the topic again.`,
  )
}

/**
 * Stores the topic so that it outlives the process. To make it outlive a power failure, the caller syncs `metadataPaths` later, as that
 * takes long. Partition directories exist when this returns; the metadata file comes last and makes the topic count.
 */
export function storeTopic(dataDir: string, topic: StoredTopic): void {
  const directory = topicDirectory(dataDir, topic.name)
  for (let partition = 0; partition < topic.partitions; partition++) makeDirectory(join(directory, String(partition)))
  for (const path of metadataPaths(dataDir, topic.name)) writeCheckedJson(path, topic, { flush: false })
}

/** The topic is gone when this returns; the promise is for its space. */
export function removeTopic(dataDir: string, { name, id }: StoredTopic): Promise<void> {
  makeDirectory(deletedDirectory(dataDir))
  const doomed = join(deletedDirectory(dataDir), id)
  renameSync(topicDirectory(dataDir, name), doomed)
  return rm(doomed, { recursive: true, force: true })
}
