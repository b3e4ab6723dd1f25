#!/usr/bin/env bash
# Expectation: with acknowledge.auto false, pg-logical-replication confirms a position to PostgreSQL only when the program calls acknowledge, so
#   that a change which the program had not acknowledged when it ended comes again. Its README says that the periodic status of timeoutSeconds
#   then "does not advance the WAL flush position".
# Behaviour: every timeoutSeconds (10 by default), the last position that was received is confirmed as written, flushed and applied, although the
#   program has not acknowledged it. A program that ends while it still works on a change never receives that change again. Only
#   timeoutSeconds 0 leaves the position alone, and then the program must keep the connection alive itself.
# Version: pg-logical-replication 2.5.0 (npm), current in November 2026; Debian's PostgreSQL, any version from 10 on.
# Source: logical-replication-service.js: checkStandbyStatus calls acknowledge(_lastLsn), which subscribe sets for each message that comes.
set -euo pipefail
port=20398
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
  -o "-c listen_addresses=127.0.0.1 -p $port -c unix_socket_directories=$folder -c wal_level=logical" > start.log
echo '{"private": true}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts pg-logical-replication@2.5.0 pg@8.16.3
cat > check.cjs <<'CODE'
const { Client } = require('pg')
const { LogicalReplicationService, PgoutputPlugin } = require('pg-logical-replication')

const address = { host: '127.0.0.1', port: Number(process.argv[2]), user: 'finder', database: 'postgres' }
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Names that come within `ms` to a program that acknowledges nothing. */
async function received(slot, timeoutSeconds, ms) {
  const service = new LogicalReplicationService(address, { acknowledge: { auto: false, timeoutSeconds } })
  const names = []
  service.on('data', (_lsn, { tag, new: row }) => {
    if (tag === 'insert') names.push(row.name)
  })
  service.on('error', () => {})
  const done = service.subscribe(new PgoutputPlugin({ protoVersion: 1, publicationNames: ['everything'] }), slot).catch(() => {})
  await pause(ms)
  await service.stop()
  await done
  return names
}

async function main() {
  const client = new Client(address)
  await client.connect()
  await client.query('CREATE TABLE people (name text); CREATE PUBLICATION everything FOR TABLE people')
  for (const slot of ['by_time', 'never']) {
    await client.query("SELECT pg_create_logical_replication_slot($1, 'pgoutput')", [slot])
  }
  await client.query("INSERT INTO people VALUES ('Ada')")
  let asFound = true
  for (const [slot, timeoutSeconds, again] of [['by_time', 1, []], ['never', 0, ['Ada']]]) {
    const first = await received(slot, timeoutSeconds, 4000)
    const second = await received(slot, 0, 2000)
    console.log(`timeoutSeconds ${timeoutSeconds}, nothing acknowledged: first ${JSON.stringify(first)}, after a restart ${JSON.stringify(second)}`)
    asFound &&= first.join() === 'Ada' && second.join() === again.join()
  }
  await client.end()
  process.exit(asFound ? 0 : 1)
}
main()
CODE
if node check.cjs "$port"; then
  echo 'As found: a change that was never acknowledged does not come again.'
else
  echo 'Not as found any more.'
  exit 1
fi
