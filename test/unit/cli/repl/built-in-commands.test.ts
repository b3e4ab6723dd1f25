import { describe, expect, it } from 'vitest'
import { COMMANDS, findBuiltIn } from '../../../../src/cli/repl/built-in-commands.ts'

describe('findBuiltIn', () => {
  it.each([
    ['help', 'help', ''],
    ['  HELP spool ; ', 'help', 'spool'],
    ['Output json;', 'output', 'json'],
    ["run   script 'a b.sql'", 'run script', "'a b.sql'"],
    ['set cli wrap off', 'set cli', 'wrap off'],
    ['request-pipelining', 'request-pipelining', ''],
    ['exit;', 'exit', ''],
    ['\\d', '\\d', ''],
    ['\\d orders;', '\\d', 'orders'],
    ['\\x auto', '\\x', 'auto'],
    ['\\timing off', '\\timing', 'off'],
    ['\\?', 'help', ''],
    ['\\q', 'quit', ''],
  ])('reads %j', (line, name, argument) => {
    const found = findBuiltIn(line)
    expect(found?.command.name).toBe(name)
    expect(found?.argument).toBe(argument)
  })

  it.each(['', "SET 'a'='b';", 'SHOW STREAMS;', 'helping', 'SELECT output FROM s;'])('leaves %j to SQL', (line) => {
    expect(findBuiltIn(line)).toBeNull()
  })

  it('takes any other line with a backslash for a command that does not exist', () => {
    expect(findBuiltIn('\\dx foo')).toMatchObject({ command: { name: '\\' }, argument: '\\dx foo' })
  })

  it('has a usage that begins with the name, for every command', () => {
    for (const { name, usage, help } of COMMANDS) {
      expect(usage.startsWith(name)).toBe(true)
      expect(help).toMatch(/\.$/)
    }
  })
})
