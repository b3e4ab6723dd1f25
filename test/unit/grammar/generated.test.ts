import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { grammarDocuments } from '../../../grammar/document.ts'

describe('grammar/generated', () => {
  it.each(Object.entries(grammarDocuments()))('%s is what npm run grammar writes', (name, content) => {
    const written = readFileSync(new URL(`../../../grammar/generated/${name}`, import.meta.url), 'utf8')
    expect(written === content, 'run: npm run grammar').toBe(true)
  })
})
