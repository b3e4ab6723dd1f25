/**
 * Puts a meter into a WebAssembly module: each loop counts down, and at zero calls a function of the host, which may end the call by an
 * exception. QuickJS looks at the time between the steps of its interpreter; a loop inside one function of the language, such as the search for a
 * long text in a longer one, would otherwise run for hours.
 *
 * Each `loop` becomes, in the text format of WebAssembly:
 *
 *     loop
 *       global.get $left  i32.const 1  i32.sub  global.set $left
 *       global.get $left  i32.eqz
 *       if  i32.const STRIDE  global.set $left  call $host  drop  end
 *
 * Source: WebAssembly Core Specification 2.0, chapter 5 (binary format).
 */

/** Rounds of loops between two calls of the host: a millisecond of simple ones. */
const STRIDE = 500_000

const SECTION = { import: 2, global: 6, code: 10 } as const

/** Functions with more bytes than this have no meter: the interpreter itself, which looks at the time on its own and would lose a tenth. */
const LONGEST_METERED = 20_000

export interface MeterOptions {
  /** The imported function without parameters and with an i32 for a result. */
  readonly module: string
  readonly name: string
}

/** The module with meters. Throws an Error for a module that has an instruction which is not known here. */
export function metered(bytes: Uint8Array, { module, name }: MeterOptions): Uint8Array {
  const sections = sectionsOf(bytes)
  const imports = readImports(sectionOf(sections, SECTION.import))
  const host = imports.functions.indexOf(`${module}.${name}`)
  if (host < 0) throw new Error(`The module does not import ${module}.${name}`)
  const globals = new Reader(sectionOf(sections, SECTION.global))
  const globalCount = globals.u32()
  const check = meterCode(imports.globalCount + globalCount, host)
  const parts: Uint8Array[] = [bytes.subarray(0, 8)]
  for (const { id, content } of sections) {
    if (id === SECTION.global) parts.push(section(id, withGlobal(content)))
    else if (id === SECTION.code) parts.push(section(id, withMeters(content, check)))
    else parts.push(section(id, content))
  }
  return Buffer.concat(parts)
}

interface Section {
  readonly id: number
  readonly content: Uint8Array
}

function sectionsOf(bytes: Uint8Array): Section[] {
  const reader = new Reader(bytes, 8)
  const sections: Section[] = []
  while (!reader.isDone) {
    const id = reader.byte()
    sections.push({ id, content: reader.take(reader.u32()) })
  }
  return sections
}

function sectionOf(sections: readonly Section[], id: number): Uint8Array {
  const found = sections.find((candidate) => candidate.id === id)
  if (found === undefined) throw new Error(`The module has no section ${id}`)
  return found.content
}

const section = (id: number, content: Uint8Array): Uint8Array =>
  Buffer.concat([Uint8Array.of(id, ...unsigned(content.length)), content])

/** Names of the imported functions, in the order of their numbers, and how many globals are imported. */
function readImports(content: Uint8Array): { readonly functions: readonly string[]; readonly globalCount: number } {
  const reader = new Reader(content)
  const functions: string[] = []
  let globalCount = 0
  for (let left = reader.u32(); left > 0; left--) {
    const name = `${reader.text()}.${reader.text()}`
    switch (reader.byte()) {
      case 0:
        reader.u32()
        functions.push(name)
        break
      case 1:
        reader.byte()
        reader.limits()
        break
      case 2:
        reader.limits()
        break
      case 3:
        reader.take(2)
        globalCount++
        break
      default:
        throw new Error(`The module imports ${name}, which is of an unknown kind`)
    }
  }
  return { functions, globalCount }
}

/** The section with one more global: what is left until the next call of the host. */
function withGlobal(content: Uint8Array): Uint8Array {
  const reader = new Reader(content)
  const count = reader.u32()
  return Buffer.concat([
    Uint8Array.from(unsigned(count + 1)),
    content.subarray(reader.at),
    // i32, mutable, i32.const STRIDE, end
    Uint8Array.of(0x7f, 0x01, 0x41, ...signed(STRIDE), 0x0b),
  ])
}

/** What stands at the begin of each loop. */
const meterCode = (left: number, host: number): Uint8Array =>
  Uint8Array.of(
    ...[0x23, ...unsigned(left), 0x41, 0x01, 0x6b, 0x24, ...unsigned(left)],
    ...[0x23, ...unsigned(left), 0x45],
    ...[0x04, 0x40, 0x41, ...signed(STRIDE), 0x24, ...unsigned(left), 0x10, ...unsigned(host), 0x1a, 0x0b],
  )

function withMeters(content: Uint8Array, check: Uint8Array): Uint8Array {
  const reader = new Reader(content)
  const count = reader.u32()
  const parts: Uint8Array[] = [Uint8Array.from(unsigned(count))]
  for (let i = 0; i < count; i++) {
    const body = reader.take(reader.u32())
    const changed = body.length > LONGEST_METERED ? body : meterLoops(body, check)
    parts.push(Uint8Array.from(unsigned(changed.length)), changed)
  }
  return Buffer.concat(parts)
}

const LOOP = 0x03

/** The body of a function with `check` at the begin of each of its loops. */
function meterLoops(body: Uint8Array, check: Uint8Array): Uint8Array {
  const reader = new Reader(body)
  for (let groups = reader.u32(); groups > 0; groups--) {
    reader.u32()
    reader.byte()
  }
  const parts: Uint8Array[] = []
  let copied = 0
  while (!reader.isDone) {
    const opcode = reader.byte()
    reader.immediates(opcode)
    if (opcode !== LOOP) continue
    parts.push(body.subarray(copied, reader.at), check)
    copied = reader.at
  }
  if (copied === 0) return body
  parts.push(body.subarray(copied))
  return Buffer.concat(parts)
}

/** LEB128. */
function unsigned(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  do {
    const low = rest & 0x7f
    rest >>>= 7
    bytes.push(rest === 0 ? low : low | 0x80)
  } while (rest !== 0)
  return bytes
}

/** Signed LEB128 of a number that is not negative. */
function signed(value: number): number[] {
  const bytes = unsigned(value)
  const last = bytes.at(-1)!
  // The sign is bit 6 of the last byte.
  return last & 0x40 ? [...bytes.slice(0, -1), last | 0x80, 0x00] : bytes
}

class Reader {
  at: number
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes
    this.at = at
  }

  get isDone(): boolean {
    return this.at >= this.#bytes.length
  }

  byte(): number {
    return this.#bytes[this.at++]!
  }

  take(length: number): Uint8Array {
    const taken = this.#bytes.subarray(this.at, this.at + length)
    this.at += length
    return taken
  }

  u32(): number {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte()
      value |= (byte & 0x7f) << shift
      if ((byte & 0x80) === 0) return value >>> 0
    }
  }

  text(): string {
    return Buffer.from(this.take(this.u32())).toString()
  }

  limits(): void {
    const hasMaximum = (this.byte() & 1) === 1
    this.u32()
    if (hasMaximum) this.u32()
  }

  /** Any LEB128 number, whose value does not matter. */
  #skipNumber(): void {
    while ((this.byte() & 0x80) !== 0);
  }

  #skipNumbers(count: number): void {
    for (let i = 0; i < count; i++) this.#skipNumber()
  }

  /** Passes over what follows an opcode in its instruction. */
  immediates(opcode: number): void {
    if (isPlain(opcode)) return
    switch (opcode) {
      case 0x43: // f32.const
        this.at += 4
        break
      case 0x44: // f64.const
        this.at += 8
        break
      case 0x0e: // br_table
        this.#skipNumbers(this.u32() + 1)
        break
      case 0x1c: // select with types
        this.#skipNumbers(this.u32())
        break
      case 0xfc:
        this.#skipNumbers(PREFIXED_NUMBERS[this.u32()] ?? unknown(opcode))
        break
      default:
        this.#skipNumbers(numbersAfter(opcode))
    }
  }
}

/** How many numbers follow an opcode. */
function numbersAfter(opcode: number): number {
  // call_indirect has a type and a table; loads and stores have an alignment and an offset.
  if (opcode === 0x11 || (opcode >= 0x28 && opcode <= 0x3e)) return 2
  // local.get ... table.set.
  if (ONE_NUMBER.has(opcode) || (opcode >= 0x20 && opcode <= 0x26)) return 1
  return unknown(opcode)
}

/** block, loop, if, br, br_if, call, memory.size, memory.grow, i32.const, i64.const, ref.null, ref.func. */
const ONE_NUMBER = new Set([0x02, LOOP, 0x04, 0x0c, 0x0d, 0x10, 0x3f, 0x40, 0x41, 0x42, 0xd0, 0xd2])

/** Instructions without immediates: control without labels, drop and select, comparisons, arithmetic and conversions, ref.is_null. */
const isPlain = (opcode: number): boolean =>
  (opcode >= 0x45 && opcode <= 0xc4) ||
  opcode <= 0x01 ||
  opcode === 0x05 ||
  opcode === 0x0b ||
  opcode === 0x0f ||
  opcode === 0x1a ||
  opcode === 0x1b ||
  opcode === 0xd1

/** Numbers that follow 0xFC and its second opcode: saturating conversions (0 to 7), then memory and table instructions. */
const PREFIXED_NUMBERS = [0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 2, 1, 2, 1, 2, 1, 1, 1]

function unknown(opcode: number): never {
  throw new Error(`The module has an instruction that is not known: 0x${opcode.toString(16)}`)
}
