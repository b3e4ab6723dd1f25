import { EventEmitter } from 'node:events'
import { Writable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'
import { LineEditor, type LineEditorOptions, type Reading } from '../../../../src/cli/repl/line-editor.ts'

const UP = '\u001b[A'
const DOWN = '\u001b[B'
const CTRL_C = '\u0003'
const CTRL_R = '\u0012'

/** A line editor on a terminal that a test types on. */
function terminal(options: Partial<LineEditorOptions> = {}) {
  let text = ''
  const output = Object.assign(
    new Writable({
      write(chunk, _encoding, done) {
        text += String(chunk)
        done()
      },
    }),
    { columns: 80, rows: 24 },
  )
  const input = Object.assign(new EventEmitter(), { resume: () => {}, pause: () => {}, setRawMode: () => {} })
  const editor = new LineEditor({
    input,
    output,
    history: () => ['SHOW TABLES;', 'SELECT 1;', 'SHOW STREAMS;'],
    complete: async () => [[], ''],
    onInterrupt: () => {},
    ...options,
  })
  onTestFinished(() => editor.close())
  return {
    editor,
    type: (keys: string) => void input.emit('data', Buffer.from(keys)),
    resize: () => output.emit('resize'),
    /** What was written since the last call, without control sequences. */
    written: () => {
      const result = stripVTControlCharacters(text)
      text = ''
      return result
    },
  }
}

const line = (text: string): Reading => ({ kind: 'line', text })
const settled = () => new Promise((resolve) => setImmediate(resolve))

it('passes pasted lines on one by one, and draws nothing while one is being worked on', async () => {
  const { editor, type, written, resize } = terminal()
  const first = editor.read('ksql> ')
  type('SELECT 1;\r\nSELECT 2;\nSEL')
  expect(await first).toEqual(line('SELECT 1;'))
  written()
  type('ECT 3')
  resize()
  expect(written()).toBe('')
  expect(await editor.read('ksql> ')).toEqual(line('SELECT 2;'))
  const third = editor.read('ksql> ')
  type(';\r')
  expect(await third).toEqual(line('SELECT 3;'))
})

it('tells of Ctrl-C while a statement runs, and forgets what was typed before it', async () => {
  let interrupts = 0
  const { editor, type } = terminal({ onInterrupt: () => interrupts++ })
  const first = editor.read('> ')
  type('SELECT 1;\r')
  await first
  type(`typed ahead\r${CTRL_C}after`)
  expect(interrupts).toBe(1)
  const second = editor.read('> ')
  type('\r')
  expect(await second).toEqual(line('after'))
})

it('drops the line at Ctrl-C, and ends at Ctrl-D', async () => {
  const { editor, type } = terminal()
  const first = editor.read('> ')
  type(`half a line${CTRL_C}`)
  expect(await first).toEqual({ kind: 'interrupt' })
  const second = editor.read('> ')
  type('whole\r')
  expect(await second).toEqual(line('whole'))
  const third = editor.read('> ')
  type('\u0004')
  expect(await third).toEqual({ kind: 'end' })
  expect(await editor.read('> ')).toEqual({ kind: 'end' })
})

it('goes back to earlier statements and forth to the line that was begun', async () => {
  const { editor, type } = terminal()
  const read = editor.read('> ')
  type(`draft${UP}${UP}${UP}${UP}${DOWN}`)
  type(' -- again\r')
  expect(await read).toEqual(line('SELECT 1; -- again'))
  const next = editor.read('> ')
  type(`draft${UP}${DOWN}${DOWN}!\r`)
  expect(await next).toEqual(line('draft!'))
})

it('searches earlier statements backwards as their parts are typed', async () => {
  const { editor, type, written } = terminal()
  const read = editor.read('> ')
  type(`${CTRL_R}show`)
  expect(written()).toContain('(search: show) SHOW STREAMS;')
  type(CTRL_R)
  expect(written()).toContain('(search: show) SHOW TABLES;')
  type('x')
  expect(written()).toContain('(not found: showx) SHOW TABLES;')
  type('\u007f')
  type('\u0001-- \r')
  expect(await read).toEqual(line('-- SHOW STREAMS;'))
})

it('runs what a search has found at Enter, and comes back to the line at Ctrl-G', async () => {
  const { editor, type } = terminal()
  const first = editor.read('> ')
  type(`${CTRL_R}1\r`)
  expect(await first).toEqual(line('SELECT 1;'))
  const second = editor.read('> ')
  type(`draft${CTRL_R}show\u0007!\r`)
  expect(await second).toEqual(line('draft!'))
})

it('completes at Tab', async () => {
  const { editor, type } = terminal({ complete: async (text) => [[`${text}ECT`], text] })
  const read = editor.read('> ')
  type('SEL\t')
  await settled()
  type(' 1;\r')
  expect(await read).toEqual(line('SELECT 1;'))
})

it('redraws the line when the terminal changes its size', async () => {
  const { editor, type, written, resize } = terminal()
  void editor.read('> ')
  type('text')
  written()
  resize()
  expect(written()).toContain('> text')
})
