/** `\copy`: the rows of a query into a file, or the rows of a file into a stream or table. */
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { extname } from 'node:path'
import { Readable } from 'node:stream'
import { ClientError } from '../client/client-error.ts'
import { counted } from '../output/counted.ts'
import { ROW_WRITERS } from '../output/row-writer.ts'
import { columnNames } from '../output/schema-text.ts'
import { unquote } from '../read-script.ts'
import { findTarget } from '../rows/find-target.ts'
import { Upload } from '../rows/upload.ts'
import type { Run } from '../run.ts'
import type { BuiltInCommand } from './built-in-command.ts'

export const copy: BuiltInCommand = {
  name: '\\copy',
  usage: "\\copy (SELECT ...) to 'FILE' | \\copy NAME from 'FILE'",
  help: 'Writes the rows of a query into a file, or the rows of a file into a stream or table: CSV, TSV or JSON lines, by the extension.',
  async run(argument, { run }) {
    const out = /^\((.*)\)\s+to\s+('.*'|\S+)$/is.exec(argument)
    if (out !== null) return copyOut(out[1]!, unquote(out[2]!), run)
    const into = /^(\S+)\s+from\s+('.*'|\S+)$/is.exec(argument)
    if (into !== null) return copyIn(into[1]!, unquote(into[2]!), run)
    throw new ClientError(`Write ${copy.usage}.`)
  },
}

/** Forms of files by their extensions; others are JSON lines. */
const FILE_FORMS: Readonly<Record<string, string>> = { '.csv': 'csv', '.tsv': 'tsv', '.md': 'markdown' }

async function copyOut(sql: string, path: string, { session, screen, signal }: Run): Promise<undefined> {
  const writer = ROW_WRITERS[FILE_FORMS[extname(path).toLowerCase()] ?? 'json']!()
  const file = createWriteStream(path)
  await once(file, 'open').catch((error: Error) => {
    throw new ClientError(`Cannot write ${path}: ${error.message}`, { cause: error })
  })
  let rows = 0
  const write = async (text: string) => {
    if (!file.write(`${text}\n`)) await once(file, 'drain')
  }
  try {
    for await (const element of session.client.query(`${sql.replace(/;\s*$/, '')};`, session.queryOptions(signal))) {
      if (element.kind === 'notice') await screen.error(`WARNING: ${element.message}`)
      if (element.kind === 'header') {
        const header = writer.header(columnNames(element.header.schema))
        if (header !== null) await write(header)
      }
      if (element.kind !== 'row') continue
      await write(writer.row(element.columns))
      rows++
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    await new Promise<void>((resolve) => file.end(() => resolve()))
  }
  await screen.line(`${counted(rows, 'row')} written to ${path}.`)
  return undefined
}

async function copyIn(name: string, path: string, { session, screen, signal }: Run): Promise<undefined> {
  const target = await findTarget(session.client, name.replaceAll('`', ''), 'Make one first')
  const options = { header: [], skipErrors: false, resume: false }
  await new Upload(session.client, target, path, options, {
    stdin: Readable.from([]),
    err: { isTTY: screen.isTerminal, write: (text) => screen.partOfLine(text) },
    timer: session.timer,
    signal,
    toContinue: `run millrace produce ${name} ${path} --resume in a shell`,
  }).run()
  return undefined
}
