/** Vitest's global setup of the project `interop`: the libraries of other languages, as they are published, in a folder of their own. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { TestProject } from 'vitest/node'
import type { PeerCommand } from './peer.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** fastavro; null: there is no Python. */
    fastavro: PeerCommand | null
    /** Java's Avro; null: there is no Java or no Maven. */
    javaAvro: PeerCommand | null
    /** Python's protobuf; null: there is no Python. */
    protobuf: PeerCommand | null
    /** confluent-kafka, which wants the address of a registry besides; null: there is no Python. */
    registryClient: PeerCommand | null
    /** The same for Avro. */
    avroRegistryClient: PeerCommand | null
    /** The same for JSON. */
    jsonRegistryClient: PeerCommand | null
    /** protobuf-java; null: there is no Java or no Maven. */
    javaProtobuf: PeerCommand | null
  }
}

/** grpcio-tools brings protoc. */
const PYTHON_LIBRARIES = [
  'fastavro==1.13.1',
  'confluent-kafka[avro,json,protobuf,schemaregistry]==2.16.1',
  'protobuf==7.36.2',
  'grpcio-tools==1.85.1',
  'googleapis-common-protos==1.76.0',
]
const CLASS_PATH_PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath'

/** Bound on each command, so that an unreachable registry does not hold up the tests. */
const COMMAND_MS = 300_000

const run = (command: string, args: readonly string[]) =>
  promisify(execFile)(command, [...args], { timeout: COMMAND_MS })

/** A missing language is reported and its tests do not run; where a library cannot be installed, that is a failure. */
export default async function setup(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-interop-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  try {
    const [python, java] = await Promise.all([installPython(folder), installJava(folder)])
    project.provide('fastavro', peer(python, 'fastavro_peer.py'))
    project.provide('protobuf', peer(python, 'protobuf_peer.py'))
    project.provide('registryClient', peer(python, 'registry_peer.py'))
    project.provide('avroRegistryClient', peer(python, 'avro_registry_peer.py'))
    project.provide('jsonRegistryClient', peer(python, 'json_registry_peer.py'))
    project.provide('javaAvro', peer(java, 'AvroPeer.java'))
    project.provide('javaProtobuf', peer(java, 'ProtobufPeer.java'))
    return remove
  } catch (error) {
    remove()
    throw error
  }
}

/** Runs a program of this folder. */
type RunProgram = (file: string) => PeerCommand

const peer = (run: RunProgram | null, file: string): PeerCommand | null => (run === null ? null : run(file))

async function installPython(folder: string): Promise<RunProgram | null> {
  if (!(await isThere('python3', '--version'))) return null
  await run('python3', ['-m', 'venv', join(folder, 'venv')])
  const python = join(folder, 'venv', 'bin', 'python')
  await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...PYTHON_LIBRARIES])
  return (file) => ({ command: python, args: [join(import.meta.dirname, file)] })
}

async function installJava(folder: string): Promise<RunProgram | null> {
  if (!(await isThere('java', '-version')) || !(await isThere('mvn', '--version'))) return null
  const file = join(folder, 'class-path')
  const java = join(import.meta.dirname, 'java')
  await run('mvn', ['-q', '-B', '-f', join(java, 'pom.xml'), CLASS_PATH_PLUGIN, `-Dmdep.outputFile=${file}`])
  const classPath = (await readFile(file, 'utf8')).trim()
  return (file) => ({ command: 'java', args: ['-XX:TieredStopAtLevel=1', '-cp', classPath, join(java, file)] })
}

async function isThere(command: string, argument: string): Promise<boolean> {
  try {
    await run(command, [argument])
    return true
  } catch (error) {
    console.warn(`\nThe tests against ${command} did not run: ${(error as Error).message}\n`)
    return false
  }
}
