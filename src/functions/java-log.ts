/**
 * The natural logarithm, rounded correctly in all but very few cases. Java's `Math.log`, an instruction sequence of the processor's maker, is; V8's,
 * like `StrictMath.log`, is off by one unit in the last place for every fortieth argument.
 *
 * With x = 2^k m and a nearby number c of eight bits, ln x = k ln 2 + ln c + ln(1 + r), where r = (m - c) / c is below 2^-8. Sums are kept as two
 * doubles, the second far below the last bit of the first.
 */

/** A number as the sum of a double and what rounding it left over. */
type Pair = readonly [high: number, low: number]

/** The numbers c are multiples of 1 / STEPS. */
const STEPS = 128
/** m is between LARGEST / 2 and LARGEST, so that its logarithm is small where that of x is. About the root of two. */
const LARGEST = 182 / STEPS
/** Fraction bits of the integers that the table is computed with. */
const BITS = 160n
const ONE = 1n << BITS

/** Logarithms of the numbers c, and of 2. */
interface Table {
  /** By c * STEPS. */
  readonly logs: readonly Pair[]
  readonly ln2: Pair
}

let table: Table | undefined

/** Made when the first logarithm is taken. */
function makeTable(): Table {
  const first = Math.floor((LARGEST * STEPS) / 2)
  const logs = Array.from({ length: LARGEST * STEPS + 1 }, (_, step): Pair => {
    return step < first ? [0, 0] : toPair(lnOfRatio(BigInt(step), BigInt(STEPS)))
  })
  return { logs, ln2: toPair(lnOfRatio(2n, 1n)) }
}

/** `Math.log` as Java has it. */
export function javaLog(x: number): number {
  if (!(x > 0) || x === Number.POSITIVE_INFINITY || x === 1) return Math.log(x)
  table ??= makeTable()
  const { k, m } = split(x)
  const step = Math.round(m * STEPS)
  const c = step / STEPS
  const [powerHigh, powerLow] = product(k, table.ln2[0])
  const power: Pair = [powerHigh, powerLow + k * table.ln2[1]]
  const [high, low] = add(add(power, table.logs[step]!), log1p(quotient(m - c, c)))
  return high + low
}

/** ln(1 + r) for |r| < 2^-7: the first two terms of its series as pairs, the others are small enough to be doubles. */
function log1p([high, low]: Pair): Pair {
  const [squareHigh, squareLow] = product(high, high)
  const square: Pair = [squareHigh, squareLow + 2 * high * low]
  let rest = 0
  for (let n = 12; n >= 3; n--) rest = (n % 2 === 0 ? -1 : 1) / n + high * rest
  return add(add([high, low], [-square[0] / 2, -square[1] / 2]), [high * high * high * rest, 0])
}

/** x = 2^k m. A subnormal number is scaled first. */
function split(x: number): { readonly k: number; readonly m: number } {
  const scale = x < 2 ** -1022 ? 54 : 0
  BUFFER.setFloat64(0, x * 2 ** scale)
  const bits = BUFFER.getUint32(0)
  const k = (bits >>> 20) - 1023 - scale
  BUFFER.setUint32(0, (bits & 0x000fffff) | (1023 << 20))
  const m = BUFFER.getFloat64(0)
  return m > LARGEST ? { k: k + 1, m: m / 2 } : { k, m }
}

const BUFFER = new DataView(new ArrayBuffer(8))

// ---- Pairs -------------------------------------------------------------------------------------------------------------------------

function add([a, aLow]: Pair, [b, bLow]: Pair): Pair {
  const high = a + b
  const part = high - a
  const low = a - (high - part) + (b - part) + aLow + bLow
  return [high + low, low - (high + low - high)]
}

/** The exact product of two doubles. Source: Dekker, "A floating-point technique for extending the available precision". */
function product(a: number, b: number): Pair {
  const high = a * b
  const [aHigh, aLow] = halves(a)
  const [bHigh, bLow] = halves(b)
  return [high, aLow * bLow - (high - aHigh * bHigh - aLow * bHigh - aHigh * bLow)]
}

function halves(a: number): Pair {
  const scaled = 134_217_729 * a
  const high = scaled - (scaled - a)
  return [high, a - high]
}

function quotient(a: number, b: number): Pair {
  const high = a / b
  const [back, rest] = product(high, b)
  return [high, (a - back - rest) / b]
}

// ---- The table, in integers --------------------------------------------------------------------------------------------------------

/** ln(a / b) times 2^160: 2 artanh((a - b) / (a + b)) by its series. */
function lnOfRatio(a: bigint, b: bigint): bigint {
  const z = ((a - b) * ONE) / (a + b)
  const square = (z * z) / ONE
  let sum = 0n
  let power = z
  for (let n = 1n; power !== 0n; n += 2n) {
    sum += power / n
    power = (power * square) / ONE
  }
  return 2n * sum
}

function toPair(fixed: bigint): Pair {
  const high = Number(fixed) / 2 ** Number(BITS)
  const left = fixed - BigInt(high * 2 ** 100) * (1n << (BITS - 100n))
  return [high, Number(left) / 2 ** Number(BITS)]
}
