#!/usr/bin/env bash
# Expectation: a batch of an idempotent producer that is sent again, with its producer id, epoch and sequence, is stored once, also when the
#   broker has been stopped in good order and started in between. That is what sending again is for.
# Behaviour: so it is where the records have the time of day. Where they are older than a day, by their own timestamps, the broker forgets the
#   producer when it starts, and stores the batch a second time. producer.id.expiration.ms (86,400,000) counts from the newest timestamp of the
#   producer's last batch, not from when the batch came. A program that writes records with times of events, replayed from last week, has
#   no protection across a restart of brokers. Inside an open transaction the producer is kept.
# Version: Apache Kafka 4.4.0 (Maven Central). kafkajs 2.2.4 (npm) sends, with the counting of sequences switched off, so that the same batch goes out.
# Source: storage's ProducerStateManager.isProducerExpired compares the current time with ProducerStateEntry.lastTimestamp, which is the timestamp of
#   the last batch; loadFromSnapshot drops what has expired.
set -euo pipefail
port=20398
folder=$(mktemp -d)
broker=
stop_broker() { if [ -n "$broker" ]; then kill "$broker" 2>/dev/null || true; wait "$broker" 2>/dev/null || true; broker=; fi; }
trap 'stop_broker; rm -rf "$folder"' EXIT
cd "$folder"
cat > pom.xml <<'POM'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId>
  <artifactId>finding</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>4.4.0</version></dependency>
  </dependencies>
</project>
POM
mvn -q -B -Dstyle.color=never org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=class-path
echo '{"private": true}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts kafkajs@2.2.4
cat > server.properties <<PROPERTIES
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$((port + 1))
listeners=CLIENT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$((port + 1))
listener.security.protocol.map=CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=CLIENT
log.dirs=$folder/data
log.retention.ms=-1
offsets.topic.replication.factor=1
PROPERTIES
export CLASSPATH
CLASSPATH=$(cat class-path)
java kafka.tools.StorageTool format -t RmluZGluZy1jbHVzdGVyMQ -c server.properties > format.log 2>&1
start_broker() { java -Xmx512m kafka.Kafka server.properties >> broker.log 2>&1 & broker=$!; }
cat > check.cjs <<'CODE'
const { writeFileSync, existsSync } = require('node:fs')
const eos = require.resolve('kafkajs/src/producer/eosManager/index.js')
const create = require(eos)
// Sequences do not advance, so that a second send is the first one once more.
require.cache[eos].exports = (options) => Object.assign(create(options), { updateSequence() {} })
const { Kafka, logLevel } = require('kafkajs')

const DAY_MS = 86_400_000
const TIMES = { 'of now': Date.now(), 'older than a day': Date.now() - 2 * DAY_MS }
const retry = { retries: 60, initialRetryTime: 500, maxRetryTime: 1000 }
const kafka = new Kafka({ brokers: [process.argv[2]], logLevel: logLevel.NOTHING, retry })
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const topicOf = (name) => name.replaceAll(' ', '-')

async function main() {
  const admin = kafka.admin()
  await admin.connect()
  const stored = async (name) => Number((await admin.fetchTopicOffsets(topicOf(name)))[0].offset)
  await admin.createTopics({ waitForLeaders: true, topics: Object.keys(TIMES).map((name) => ({ topic: topicOf(name), numPartitions: 1 })) })
  const sends = {}
  for (const [name, time] of Object.entries(TIMES)) {
    const producer = kafka.producer({ idempotent: true, retry })
    await producer.connect()
    sends[name] = () => producer.send({ topic: topicOf(name), messages: [{ value: 'once', timestamp: String(time) }] })
    await sends[name]()
    await sends[name]()
    console.log(`records ${name}: sent twice, stored ${await stored(name)} times`)
  }
  writeFileSync('restart', '')
  while (existsSync('restart')) await sleep(100)
  const after = {}
  for (const name of Object.keys(TIMES)) {
    await sends[name]()
    after[name] = await stored(name)
    console.log(`records ${name}: sent again after a restart of the broker, stored ${after[name]} times`)
  }
  process.exit(after['of now'] === 1 && after['older than a day'] === 2 ? 0 : 1)
}
main().catch((error) => {
  console.error(error)
  process.exit(1)
})
CODE
start_broker
node check.cjs "127.0.0.1:$port" &
check=$!
while [ ! -e restart ]; do kill -0 "$check" 2>/dev/null || { wait "$check"; exit 1; }; sleep 0.2; done
stop_broker
start_broker
rm restart
wait "$check"
