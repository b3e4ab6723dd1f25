/**
 * HyperLogLog (Flajolet, Fusy, Gandouet, Meunier 2007): counts distinct values approximately in bounded space. A value's hash picks one of
 * m = 2^14 registers; a register keeps the largest rank seen, the rank being the position of the first one-bit of the rest of the hash.
 * Standard error 1.04 / sqrt(m) = 0.8 %; up to 2.5 m the number of empty registers gives a better estimate (linear counting).
 *
 * A sketch is an array of 32-bit integers, as it is stored. Dense: six registers of 5 bits in each. Sparse, while it is shorter than the
 * dense form: `register << 5 | rank` of each register in use, in no order, so that groups of few values stay small.
 */

const INDEX_BITS = 14
const REGISTERS = 1 << INDEX_BITS
const RANK_BITS = 5
const MAX_RANK = 31
const PER_WORD = 6
const WORDS = Math.ceil(REGISTERS / PER_WORD)
/** Beyond this a search through the sparse form costs more than the dense form's size saves. */
const SPARSE_LIMIT = 512
const ALPHA = 0.7213 / (1 + 1.079 / REGISTERS)

export type Sketch = number[]

const isDense = (sketch: readonly number[]): boolean => sketch.length === WORDS

/** Counts `text` in; changes `sketch` in place, or gives its dense form. */
export function addToSketch(sketch: Sketch, text: string): Sketch {
  const register = murmur3(text, 0) >>> (32 - INDEX_BITS)
  const rank = Math.min(MAX_RANK, Math.clz32(murmur3(text, 0x9747b28c)) + 1)
  return raise(sketch, register, rank)
}

/** A new sketch that counts what both count. */
export function mergeSketches(first: readonly number[], second: readonly number[]): Sketch {
  let merged = first.slice()
  forEachRegister(second, (register, rank) => {
    merged = raise(merged, register, rank)
  })
  return merged
}

/** The estimated number of distinct values, rounded. */
export function estimate(sketch: readonly number[]): number {
  let used = 0
  let sum = 0
  forEachRegister(sketch, (_register, rank) => {
    used++
    sum += 2 ** -rank
  })
  const empty = REGISTERS - used
  const raw = (ALPHA * REGISTERS * REGISTERS) / (sum + empty)
  return Math.round(raw <= 2.5 * REGISTERS && empty > 0 ? REGISTERS * Math.log(REGISTERS / empty) : raw)
}

function raise(sketch: Sketch, register: number, rank: number): Sketch {
  if (isDense(sketch)) {
    raiseDense(sketch, register, rank)
    return sketch
  }
  const position = sketch.findIndex((entry) => entry >>> RANK_BITS === register)
  if (position >= 0) sketch[position] = Math.max(sketch[position]!, (register << RANK_BITS) | rank)
  else sketch.push((register << RANK_BITS) | rank)
  return sketch.length > SPARSE_LIMIT ? toDense(sketch) : sketch
}

function raiseDense(words: Sketch, register: number, rank: number): void {
  const word = Math.floor(register / PER_WORD)
  const shift = (register % PER_WORD) * RANK_BITS
  if (((words[word]! >>> shift) & MAX_RANK) >= rank) return
  words[word] = (words[word]! & ~(MAX_RANK << shift)) | (rank << shift)
}

function toDense(sparse: readonly number[]): Sketch {
  const words: Sketch = new Array<number>(WORDS).fill(0)
  for (const entry of sparse) raiseDense(words, entry >>> RANK_BITS, entry & MAX_RANK)
  return words
}

function forEachRegister(sketch: readonly number[], visit: (register: number, rank: number) => void): void {
  if (!isDense(sketch)) {
    for (const entry of sketch) visit(entry >>> RANK_BITS, entry & MAX_RANK)
    return
  }
  for (let register = 0; register < REGISTERS; register++) {
    const rank = (sketch[Math.floor(register / PER_WORD)]! >>> ((register % PER_WORD) * RANK_BITS)) & MAX_RANK
    if (rank > 0) visit(register, rank)
  }
}

/** MurmurHash3 x86 32-bit over the UTF-16 code units of `text`, two to a block. */
function murmur3(text: string, seed: number): number {
  let hash = seed
  for (let i = 0; i < text.length; i += 2) {
    const next = i + 1 < text.length ? text.charCodeAt(i + 1) : 0
    let block = Math.imul(text.charCodeAt(i) | (next << 16), 0xcc9e2d51)
    block = Math.imul((block << 15) | (block >>> 17), 0x1b873593)
    hash ^= block
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0
  }
  hash ^= text.length * 2
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
