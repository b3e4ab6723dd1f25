/** A disk that fills up: a small file system in memory, which only root can mount. */
import { execFileSync } from 'node:child_process'
import { closeSync, fsyncSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

const PIECE = Buffer.alloc(64 << 10, 1)

export class SmallDisk {
  readonly #path: string

  /** At `path`, which becomes a directory. Throws an Error where this user may not mount. */
  static mount(path: string, { megabytes }: { readonly megabytes: number }): SmallDisk {
    mkdirSync(path, { recursive: true })
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path], { stdio: 'pipe' })
    return new SmallDisk(path)
  }

  private constructor(path: string) {
    this.#path = path
  }

  /** Leaves no byte. */
  fill(): void {
    const file = openSync(this.#ballast, 'a')
    try {
      for (let bytes = PIECE.length; bytes > 0; ) if (!writesAll(file, bytes)) bytes >>= 1
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
  }

  /** Gives back what `fill` has taken. */
  free(): void {
    rmSync(this.#ballast, { force: true })
  }

  unmount(): void {
    execFileSync('umount', ['--lazy', this.#path], { stdio: 'pipe' })
  }

  get #ballast(): string {
    return join(this.#path, '.ballast')
  }
}

/** Writes so many bytes; false: the disk was full before that. */
function writesAll(file: number, bytes: number): boolean {
  try {
    return writeSync(file, PIECE, 0, bytes) === bytes
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false
    throw error
  }
}
