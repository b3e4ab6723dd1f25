/** A peer in a JVM: takes lines on its standard input, answers on its standard output, and writes its log to a file. */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'

export interface JavaProcessOptions {
  readonly classPath: string
  readonly mainClass: string
  /** Options of the JVM. */
  readonly options: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** The file of its standard error. */
  readonly log: string
}

const START_MS = 120_000
const STOP_MS = 15_000

export class JavaProcess {
  readonly child: ChildProcess
  readonly #log: string
  readonly #answers: string[] = []
  #wake: () => void = () => {}

  /** Resolves when the process has said READY. */
  static async start(options: JavaProcessOptions): Promise<JavaProcess> {
    const process = new JavaProcess(options)
    try {
      await process.answer(START_MS)
    } catch (error) {
      await process.stop()
      throw error
    }
    return process
  }

  private constructor({ classPath, mainClass, options, environment, log }: JavaProcessOptions) {
    this.#log = log
    mkdirSync(dirname(log), { recursive: true })
    const output = openSync(log, 'w')
    this.child = spawn('java', [...options, '-cp', classPath, mainClass], {
      env: { ...process.env, ...environment },
      stdio: ['pipe', 'pipe', output],
    })
    closeSync(output)
    createInterface({ input: this.child.stdout! }).on('line', (line) => {
      this.#answers.push(line)
      this.#wake()
    })
    this.child.once('exit', () => this.#wake())
    // Its exit says what a broken pipe would.
    this.child.stdin!.on('error', () => {})
    process.once('exit', this.#kill)
  }

  get pid(): number {
    return this.child.pid!
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null
  }

  send(line: string): void {
    this.child.stdin!.write(`${line}\n`)
  }

  /** The next line, or null if there is none within `timeoutMs`. Rejects when the peer has failed or ended. */
  async answerWithin(timeoutMs: number): Promise<string | null> {
    const deadline = performance.now() + timeoutMs
    while (this.#answers.length === 0) {
      if (this.hasEnded) throw new Error(`The peer has ended; its log is ${this.#log}.`)
      const left = deadline - performance.now()
      if (left <= 0) return null
      await this.#untilWoken(left)
    }
    const line = this.#answers.shift()!
    if (line.startsWith('FAILED')) throw new Error(line)
    return line
  }

  /** The next line. Rejects when there is none within `timeoutMs`, too. */
  async answer(timeoutMs: number): Promise<string> {
    const line = await this.answerWithin(timeoutMs)
    if (line === null) throw new Error(`The peer did not answer within ${timeoutMs / 1000} s; its log is ${this.#log}.`)
    return line
  }

  async stop(): Promise<void> {
    process.off('exit', this.#kill)
    if (this.hasEnded) return
    const ended = new Promise((resolve) => this.child.once('exit', resolve))
    this.child.kill('SIGTERM')
    const timer = setTimeout(this.#kill, STOP_MS)
    await ended
    clearTimeout(timer)
  }

  #untilWoken(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  readonly #kill = (): void => {
    this.child.kill('SIGKILL')
  }
}
