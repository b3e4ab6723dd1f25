/** Topics on disk: one directory each, made and removed so that a crash leaves a topic whole or absent. */

import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { TopicConfig } from '../broker.ts'
import { deletedDirectory, topicDirectory, topicsDirectory, writeFileAtomically } from './layout.ts'

export interface StoredTopic {
  readonly id: string
  readonly name: string
  readonly partitions: number
  readonly replicas: number
  readonly isInternal: boolean
  /** As given and defaulted when the topic was made. */
  readonly config: TopicConfig
}

const METADATA_FILE = 'topic.json'

/** All topics of the directory. Finishes deletions that a crash interrupted; a directory without metadata is a creation that never was. */
export function loadTopics(dataDir: string): StoredTopic[] {
  mkdirSync(topicsDirectory(dataDir), { recursive: true })
  rmSync(deletedDirectory(dataDir), { recursive: true, force: true })
  const topics: StoredTopic[] = []
  for (const name of readdirSync(topicsDirectory(dataDir))) {
    const directory = topicDirectory(dataDir, name)
    const metadata = join(directory, METADATA_FILE)
    if (existsSync(metadata)) topics.push(JSON.parse(readFileSync(metadata, 'utf8')))
    else rmSync(directory, { recursive: true, force: true })
  }
  return topics
}

/** Makes the topic durable. Partition directories are there when this returns; the metadata file comes last and makes it count. */
export function storeTopic(dataDir: string, topic: StoredTopic): void {
  const directory = topicDirectory(dataDir, topic.name)
  for (let partition = 0; partition < topic.partitions; partition++)
    mkdirSync(join(directory, String(partition)), { recursive: true })
  writeFileAtomically(join(directory, METADATA_FILE), JSON.stringify(topic))
}

export function removeTopic(dataDir: string, { name, id }: StoredTopic): void {
  mkdirSync(deletedDirectory(dataDir), { recursive: true })
  const doomed = join(deletedDirectory(dataDir), id)
  renameSync(topicDirectory(dataDir, name), doomed)
  rmSync(doomed, { recursive: true, force: true })
}
