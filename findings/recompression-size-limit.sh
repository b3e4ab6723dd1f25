#!/usr/bin/env bash
# Expectation: max.message.bytes is compared with the batch that is stored: "The largest record batch size allowed by Kafka (after compression
#   if compression is enabled)", in the documentation of topic settings. A topic with compression.type=gzip takes whatever gzip makes small
#   enough, and a client that sends 100 compressed bytes need not care for a limit of 20,000.
# Behaviour: where the topic has a compression.type of its own, a batch must be within the limit both as it is sent and as it is stored. A batch of
#   50,000 bytes that gzip makes tiny is refused by a topic that would store it with gzip; and a tiny gzip batch is refused by a topic that stores
#   it uncompressed. With compression.type=producer, the default, the gzip batch is taken. The client sees one error for all of these.
# Version: Apache Kafka 4.4.0, broker and kafka-clients (Maven Central), current in November 2026.
# Source: UnifiedLog.analyzeAndValidateRecords compares the batch as it was sent; UnifiedLog.append compares it again where
#   LogValidator has set messageSizeMaybeChanged.
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
cat > server.properties <<PROPERTIES
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$((port + 1))
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$((port + 1))
controller.listener.names=CONTROLLER
log.dirs=$folder/data
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
PROPERTIES
export CLASSPATH
CLASSPATH=$(cat class-path)
java kafka.tools.StorageTool format -t RmluZGluZy1jbHVzdGVyMQ -c server.properties > format.log 2>&1
java -Xmx512m kafka.Kafka server.properties > broker.log 2>&1 &
broker=$!
cat > Check.java <<'CODE'
import java.util.*;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.serialization.*;

class Check {
  /** "stored", or the name of the error. */
  static String send(Admin admin, String server, String topicCompression, String clientCompression) throws Exception {
    String topic = topicCompression + "-" + clientCompression;
    var config = Map.of("compression.type", topicCompression, "max.message.bytes", "20000");
    admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1).configs(config))).all().get();
    try (var producer = new KafkaProducer<>(
      Map.<String, Object>of("bootstrap.servers", server, "compression.type", clientCompression), new StringSerializer(), new StringSerializer())) {
      producer.send(new ProducerRecord<>(topic, "x".repeat(50_000))).get();
      return "stored";
    } catch (ExecutionException error) {
      return error.getCause().getClass().getSimpleName();
    }
  }

  public static void main(String[] arguments) throws Exception {
    String server = arguments[0];
    boolean isAsFound = true;
    try (var admin = Admin.create(Map.<String, Object>of("bootstrap.servers", server))) {
      for (var expected : List.of(
        List.of("producer", "gzip", "stored"),
        List.of("gzip", "gzip", "stored"),
        List.of("uncompressed", "gzip", "RecordTooLargeException"),
        List.of("gzip", "none", "RecordTooLargeException"))) {
        String seen = send(admin, server, expected.get(0), expected.get(1));
        System.out.println("50,000 equal bytes, sent with " + expected.get(1) + " to a topic with compression.type=" + expected.get(0) + ": " + seen);
        isAsFound &= seen.equals(expected.get(2));
      }
    }
    System.exit(isAsFound ? 0 : 1);
  }
}
CODE
if java Check.java "127.0.0.1:$port" 2> client.log; then
  echo 'As found: a batch must be small enough as sent and as stored.'
else
  tail -5 client.log
  echo 'Not as found any more.'
  exit 1
fi
