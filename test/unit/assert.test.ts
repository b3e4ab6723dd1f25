import { describe, expect, it } from 'vitest'
import { AssertionFailure, assert, assertNever } from '../../src/assert.ts'

describe('assert', () => {
  it('throws its own error, with the message, only if the condition fails', () => {
    expect(() => assert(true, 'fine')).not.toThrow()
    expect(() => assert(false, 'broken')).toThrow(new AssertionFailure('broken'))
  })

  it('names a value that should not exist', () => {
    expect(() => assertNever({ kind: 'odd' } as never)).toThrow('unexpected value: {"kind":"odd"}')
  })
})
