#!/usr/bin/env bash
# Expectation: ORDER BY a LIMIT 1 gives the first row that ORDER BY a gives. Rows that were deleted before make no difference: each statement
#   is a transaction of its own, which has committed.
# Behaviour: a table gets 122,880 rows, which fill a row group; they are deleted, and three rows inserted. ORDER BY a LIMIT 1 gives no row then,
#   from either end; without LIMIT, and with LIMIT 2, the rows are there. With 122,879 deleted rows the query is right.
# Version: DuckDB 1.5.6 (npm @duckdb/node-api 1.5.6-r.1), current in November 2026; in memory.
# Source: the optimizer row_group_pruner, which picks the row groups that a top-n has to read. It seems to count rows that are deleted. With
#   SET disabled_optimizers='row_group_pruner' the row is there.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts @duckdb/node-api@1.5.6-r.1
cat > check.cjs <<'CODE'
const { DuckDBInstance } = require('@duckdb/node-api')

async function main() {
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  const read = async (query) => (await connection.runAndReadAll(query)).getRowsJS().join(' ') || 'no row'
  let isAsFound = true
  const check = async (query, expected) => {
    const seen = await read(query)
    console.log(`  ${query}: ${seen}`)
    isAsFound &&= seen === expected
  }
  const refill = async (rows) => {
    await connection.run('CREATE OR REPLACE TABLE t (a INTEGER)')
    await connection.run(`INSERT INTO t SELECT range FROM range(${rows})`)
    await connection.run('DELETE FROM t')
    await connection.run('INSERT INTO t VALUES (1), (2), (3)')
    console.log(`After ${rows} rows were deleted and 1, 2, 3 inserted:`)
  }
  await refill(122_879)
  await check('SELECT a FROM t ORDER BY a LIMIT 1', '1')
  await refill(122_880)
  await check('SELECT a FROM t ORDER BY a', '1 2 3')
  await check('SELECT a FROM t ORDER BY a LIMIT 2', '1 2')
  await check('SELECT a FROM t ORDER BY a LIMIT 1', 'no row')
  await check('SELECT a FROM t ORDER BY a DESC LIMIT 1', 'no row')
  await connection.run("SET disabled_optimizers = 'row_group_pruner'")
  console.log('Without the optimizer row_group_pruner:')
  await check('SELECT a FROM t ORDER BY a LIMIT 1', '1')
  process.exit(isAsFound ? 0 : 1)
}

main()
CODE
if node check.cjs; then
  echo 'As found: the only row of LIMIT 1 is missing.'
else
  echo 'Not as found any more.'
  exit 1
fi
