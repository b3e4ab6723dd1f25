#!/usr/bin/env bash
# Expectation: connect of a kafkajs client fails, with the broker's reason, if the broker does not take its OAUTHBEARER token, for instance because it
#   has expired; so it is with PLAIN and SCRAM. RFC 7628, section 3.2.3: the broker sends its reason as JSON, which the client acknowledges,
#   and only then the exchange fails.
# Behaviour: connect succeeds. The reason, {"status":"invalid_token"}, is dropped, the exchange stays unfinished, and the first request after it
#   fails with an error about the state of SASL that names no token. The broker carries out nothing, so it is only the report that is
#   late and says little; but a program that checks its settings by connecting takes them for right.
# Version: kafkajs 2.2.4 (npm), current in November 2026; Apache Kafka 4.4.0 as the broker (Maven Central).
# Source: src/broker/saslAuthenticator/oauthBearer.js calls saslAuthenticate without a response, so that SASLAuthenticator.authenticate in index.js
#   beside it returns before it looks at the bytes of the answer.
set -euo pipefail
port=20396
folder=$(mktemp -d)
broker=
finish() {
  if [ -n "$broker" ]; then kill "$broker" 2>/dev/null || true; wait "$broker" 2>/dev/null || true; fi
  rm -rf "$folder"
}
trap finish EXIT
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
listeners=CLIENT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$((port + 1)),INNER://127.0.0.1:$((port + 2))
listener.security.protocol.map=CLIENT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT,INNER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=INNER
log.dirs=$folder/data
auto.create.topics.enable=true
offsets.topic.replication.factor=1
listener.name.client.sasl.enabled.mechanisms=OAUTHBEARER
listener.name.client.oauthbearer.sasl.jaas.config=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";
listener.name.client.oauthbearer.sasl.server.callback.handler.class=org.apache.kafka.common.security.oauthbearer.internals.unsecured.OAuthBearerUnsecuredValidatorCallbackHandler
PROPERTIES
export CLASSPATH
CLASSPATH=$(cat class-path)
java kafka.tools.StorageTool format -t RmluZGluZy1jbHVzdGVyMQ -c server.properties > format.log 2>&1
java -Xmx512m kafka.Kafka server.properties > broker.log 2>&1 &
broker=$!
cat > check.cjs <<'CODE'
const { Kafka, logLevel } = require('kafkajs')

const SECONDS = Math.floor(Date.now() / 1000)
const part = (fields) => Buffer.from(JSON.stringify(fields)).toString('base64url')
const token = (exp) => `${part({ alg: 'none' })}.${part({ sub: 'ann', iat: SECONDS - 3600, exp })}.`
const clientOf = (sasl) =>
  new Kafka({ brokers: [process.argv[2]], sasl, ssl: false, logLevel: logLevel.NOTHING, retry: { retries: 4, initialRetryTime: 50 } })
const login = (value) => ({ mechanism: 'oauthbearer', oauthBearerProvider: async () => ({ value }) })
const outcome = (call) => call.then(() => 'success', (error) => error.message)

async function producing(value) {
  const producer = clientOf(login(value)).producer()
  const connect = await outcome(producer.connect())
  const send = await outcome(producer.send({ topic: 'greetings', messages: [{ value: 'hello' }] }))
  await producer.disconnect()
  return { connect, send }
}

/** What the broker answers to the token, seen by a login of our own. */
async function answerTo(value) {
  let answer = null
  const text = `n,,\u0001auth=Bearer ${value}\u0001\u0001`
  const size = Buffer.alloc(4)
  size.writeInt32BE(text.length)
  const request = { encode: () => Buffer.concat([size, Buffer.from(text)]) }
  const response = { decode: (bytes) => bytes.subarray(4), parse: (bytes) => bytes.toString() }
  const authenticationProvider = ({ saslAuthenticate }) => ({
    authenticate: async () => { answer = await saslAuthenticate({ request, response }) },
  })
  const admin = clientOf({ mechanism: 'oauthbearer', authenticationProvider }).admin()
  await outcome(admin.connect())
  await admin.disconnect()
  return answer
}

async function main() {
  const valid = token(SECONDS + 3600)
  const expired = token(SECONDS - 600)
  let taken = await producing(valid)
  // The broker needs some seconds to start.
  for (let attempt = 0; attempt < 60 && taken.send !== 'success'; attempt++) {
    await new Promise((resolve) => setTimeout(resolve, 500))
    taken = await producing(valid)
  }
  console.log('valid token:', taken)
  const refused = await producing(expired)
  const answer = await answerTo(expired)
  console.log('expired token:', refused, 'answer of the broker:', answer)
  const isAsFound = taken.connect === 'success' && taken.send === 'success' && answer === '{"status":"invalid_token"}'
    && refused.connect === 'success' && refused.send !== 'success' && !refused.send.includes('token')
  process.exit(isAsFound ? 0 : 1)
}
main()
CODE
if node check.cjs "127.0.0.1:$port" 2> client.log; then
  echo 'As found: connecting with a token that the broker refuses succeeds.'
else
  tail -5 client.log
  echo 'Not as found any more.'
  exit 1
fi
