#!/usr/bin/env bash
# Expectation: avsc writes every long that it takes for valid so that it reads the same number back. Type.forSchema('long').isValid is true for
#   whole numbers from -(2^53 - 2) to 2^53 - 2; beyond that it throws, as its documentation says.
# Behaviour: odd and even numbers alike from -2^52 - 1 down to -(2^53 - 2) are written as the code of another number, mostly of their own
#   amount with a positive sign: -5000000000000000 is read back as 5000000000000000. Nothing is thrown. Other programs read the wrong
#   number as well, since it is the written bytes that are wrong.
# Version: avsc 5.7.9 (npm), current in November 2026.
# Source: lib/utils.js, Tap.prototype.writeLong: the zigzag code of a negative number is computed as a double, -n * 2 - 1, which has 54 bits
#   here, so the last bit, which is the sign, is rounded away.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts avsc@5.7.9
cat > check.cjs <<'CODE'
const { Type } = require('avsc')
const long = Type.forSchema('long')
let isAsFound = true
for (const number of [-(2 ** 52), -(2 ** 52) - 1, -5e15, -(2 ** 53) + 2]) {
  const back = long.fromBuffer(long.toBuffer(number))
  console.log(`valid: ${long.isValid(number)}  written: ${number}  bytes: ${long.toBuffer(number).toString('hex')}  read: ${back}`)
  const isWrong = back !== number
  if (!long.isValid(number) || isWrong !== number < -(2 ** 52)) isAsFound = false
}
process.exit(isAsFound ? 0 : 1)
CODE
if node check.cjs; then echo 'As found: longs below -2^52 are read back as other numbers.'; else echo 'Not as found any more.'; exit 1; fi
