import { expect, test } from 'vitest'
import { formatLine, newestBackup, parseLine } from '../../../../src/engine/commands/backup-lines.ts'

test('a line is key and value, also where the key holds colons', () => {
  for (const key of ['{"type":"stream","entity":"a:b","action":"create"}', '"stream/`A:B`/create"']) {
    const command = { key, value: '{"statement":"CREATE STREAM s;"}' }
    expect(parseLine(formatLine(command))).toEqual(command)
  }
  expect(() => parseLine('hello')).toThrow('It is not a command')
})

test('the newest backup of a topic is the one with the latest time', () => {
  const files = ['backup_t_9', 'backup_t_10', 'backup_t_x', 'backup_t2_11', 'other']
  expect(newestBackup(files, 't')).toBe('backup_t_10')
  expect(newestBackup(files, 'u')).toBeUndefined()
})
