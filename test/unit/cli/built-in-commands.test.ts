import { describe, expect, it } from 'vitest'
import { COMMANDS, findBuiltIn } from '../../../src/cli/repl/built-in-commands.ts'
import { candidates } from '../../../src/cli/repl/completion.ts'

describe('findBuiltIn', () => {
  it.each([
    ['help', 'help', ''],
    ['  HELP spool ; ', 'help', 'spool'],
    ['Output json;', 'output', 'json'],
    ["run   script 'a b.sql'", 'run script', "'a b.sql'"],
    ['set cli wrap off', 'set cli', 'wrap off'],
    ['request-pipelining', 'request-pipelining', ''],
    ['exit;', 'exit', ''],
  ])('reads %j', (line, name, argument) => {
    const found = findBuiltIn(line)
    expect(found?.command.name).toBe(name)
    expect(found?.argument).toBe(argument)
  })

  it.each(['', "SET 'a'='b';", 'SHOW STREAMS;', 'helping', 'SELECT output FROM s;'])('leaves %j to SQL', (line) => {
    expect(findBuiltIn(line)).toBeNull()
  })

  it('has a usage that begins with the name, for every command', () => {
    for (const { name, usage, help } of COMMANDS) {
      expect(usage.startsWith(name)).toBe(true)
      expect(help).toMatch(/\.$/)
    }
  })
})

describe('candidates', () => {
  it('follows the case that was typed, and offers nothing for nothing', () => {
    const words = ['SELECT', 'SET', 'ORDERS', 'SeLf']
    expect(candidates(words, 'se')).toEqual(['select', 'self', 'set'])
    expect(candidates(words, 'SE')).toEqual(['SELECT', 'SET', 'SeLf'])
    expect(candidates(words, '')).toEqual([])
  })
})
