#!/usr/bin/env bash
# Expectation: the Buffer of a copyData event of pg, which is how a program reads COPY ... TO STDOUT and logical replication, keeps its bytes for as
#   long as the program keeps the Buffer, as the chunks of Node's streams do.
# Behaviour: it is a view of the parser's own memory. When a message arrives in parts, the parser moves the part to the beginning of that memory
#   and writes what comes next behind it, over messages that were given before. A program that gathers some messages before it reads them finds
#   later rows in place of earlier ones: rows are lost and others are there twice, without an error.
# Version: pg 8.23.1 with pg-protocol 1.16.1 (npm), current in November 2026; Debian's PostgreSQL, any version.
# Source: pg-protocol, parser.ts: mergeBuffer takes this.buffer again where the rest of a message fits; parseCopyData gives reader.bytes, a view.
set -euo pipefail
port=20397
folder=$(mktemp -d)
bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
owner=()
if [ "$(id -u)" = 0 ]; then
  # The server refuses to run as root.
  chown postgres "$folder"
  owner=(setpriv --reuid postgres --regid postgres --init-groups)
fi
finish() {
  "${owner[@]}" "$bin/pg_ctl" -D "$folder/data" -m immediate -w stop > /dev/null 2>&1 || true
  rm -rf "$folder"
}
trap finish EXIT
cd "$folder"
"${owner[@]}" "$bin/initdb" -D "$folder/data" -U finder -A trust > initdb.log
"${owner[@]}" "$bin/pg_ctl" -D "$folder/data" -l "$folder/data/server.log" -w start \
  -o "-c listen_addresses=127.0.0.1 -p $port -c unix_socket_directories=$folder" > start.log
echo '{"private": true}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts pg@8.23.1 pg-protocol@1.16.1
cat > check.cjs <<'CODE'
const { Client } = require('pg')

const ROWS = 20_000
const rowOf = (i) => `${i}${'x'.repeat(i % 300)}\n`

/** How many of the rows that were kept, as they came or as copies, are not what the server has sent. */
async function wrongRows(keep) {
  const client = new Client({ host: '127.0.0.1', port: Number(process.argv[2]), user: 'finder', database: 'postgres' })
  await client.connect()
  const kept = []
  client.connection.on('copyData', ({ chunk }) => kept.push(keep(chunk)))
  await client.query(`COPY (SELECT i || repeat('x', i % 300) FROM generate_series(1, ${ROWS}) i) TO STDOUT`)
  await client.end()
  return kept.filter((chunk, i) => chunk.toString() !== rowOf(i + 1)).length
}

async function main() {
  const views = await wrongRows((chunk) => chunk)
  const copies = await wrongRows((chunk) => Buffer.from(chunk))
  console.log(`of ${ROWS} rows, wrong among Buffers that were kept: ${views}; among their copies: ${copies}`)
  process.exit(views > 0 && copies === 0 ? 0 : 1)
}
main()
CODE
if node check.cjs "$port"; then
  echo 'As found: the bytes of a message change after it was given.'
else
  echo 'Not as found any more.'
  exit 1
fi
