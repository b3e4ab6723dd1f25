import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ManualClock } from '../../../../src/clock.ts'
import { CommandBackup } from '../../../../src/engine/commands/command-backup.ts'

let directory = ''
let told: string[] = []
const clock = new ManualClock(1000)
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-backup-'))
  told = []
  clock.set(1000)
})
afterEach(() => rmSync(directory, { recursive: true }))

const open = () => new CommandBackup({ directory, topic: 't', clock, warn: (message) => told.push(message) })
const note = (backup: CommandBackup, ...names: string[]) => {
  for (const name of names) backup.note(Buffer.from(`"${name}"`), Buffer.from(`{"v":"${name}"}`))
}
const text = (file = 'backup_t_1000') => readFileSync(join(directory, file), 'utf8')

test('a backup grows with the log, and continues after a start', () => {
  note(open(), 'a', 'b')
  clock.set(2000)
  const again = open()
  expect(again.commands).toBe(2)
  note(again, 'a', 'b', 'c')
  expect(readdirSync(directory)).toEqual(['backup_t_1000'])
  expect(text()).toBe('"a":{"v":"a"}\n"b":{"v":"b"}\n"c":{"v":"c"}\n')
  expect(told).toEqual([])
})

test('a log that differs is told, and does not spoil the backup', () => {
  note(open(), 'a', 'b')
  note(open(), 'a', 'x', 'c')
  expect(text()).toBe('"a":{"v":"a"}\n"b":{"v":"b"}\n')
  expect(told).toEqual([expect.stringContaining('differs from the command log in its line 2')])
})

test('a line that a crash cut off is written again', () => {
  note(open(), 'a')
  appendFileSync(join(directory, 'backup_t_1000'), '"b":{"v')
  note(open(), 'a', 'b')
  expect(text()).toBe('"a":{"v":"a"}\n"b":{"v":"b"}\n')
})

test('after the end of the cluster the next log has a backup of its own', () => {
  const end = Buffer.from('{"plan":{"effects":[{"kind":"terminateCluster","deleteTopics":[]}]}}')
  const backup = open()
  note(backup, 'a')
  backup.note(Buffer.from('"end"'), end)
  clock.set(2000)
  const next = open()
  expect(next.commands).toBe(0)
  note(next, 'z')
  expect(readdirSync(directory)).toEqual(['backup_t_1000', 'backup_t_2000'])
  expect(text('backup_t_2000')).toBe('"z":{"v":"z"}\n')
})

test('a directory that cannot be written is told once, and statements go on', () => {
  const backup = open()
  rmSync(directory, { recursive: true })
  note(backup, 'a', 'b')
  expect(told).toEqual([expect.stringContaining('cannot be written')])
  directory = mkdtempSync(join(tmpdir(), 'millrace-backup-'))
  writeFileSync(join(directory, 'file'), '')
})
