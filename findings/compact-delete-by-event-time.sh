#!/usr/bin/env bash
# Expectation: a topic with cleanup.policy=compact,delete keeps a record for retention.ms after it was written. Retention is looked at every
#   log.retention.check.interval.ms, here an hour, and the segment that is being written stays.
# Behaviour: the log cleaner applies the retention of such topics, too, each time it looks for work (log.cleaner.backoff.ms, 15 s), and counts by
#   the time of the record, which is that of the event. Records of the past, as a replay of old events gives them, are gone seconds after they
#   were acknowledged, those of the active segment as well. Kafka Streams makes the changelogs of windows in this way: windows over old events
#   that are still open are not found by an instance that takes over. With message.timestamp.type=LogAppendTime the records stay.
# Version: Apache Kafka 4.4.0, broker and kafka-clients (Maven Central), current in November 2026.
# Source: LogCleaner.CleanerThread.doWork ends with deleteOldSegments for the logs of LogCleanerManager.deletableLogs; Kafka Streams'
#   WindowedChangelogTopicConfig.
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
log.retention.check.interval.ms=3600000
offsets.topic.replication.factor=1
PROPERTIES
export CLASSPATH
CLASSPATH=$(cat class-path)
java kafka.tools.StorageTool format -t RmluZGluZy1jbHVzdGVyMQ -c server.properties > format.log 2>&1
java -Xmx512m kafka.Kafka server.properties > broker.log 2>&1 &
broker=$!
cat > Check.java <<'CODE'
import java.util.*;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.*;

class Check {
  static final long YEAR_MS = 365L * 86_400_000;
  static final long WAIT_MS = 90_000;

  static void fill(Admin admin, String server, String topic, Map<String, String> config) throws Exception {
    admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1).configs(config))).all().get();
    try (var producer = new KafkaProducer<>(
      Map.<String, Object>of("bootstrap.servers", server), new StringSerializer(), new StringSerializer())) {
      long time = System.currentTimeMillis() - YEAR_MS;
      for (int n = 0; n < 3; n++) producer.send(new ProducerRecord<>(topic, 0, time + n, "key" + n, "value")).get();
    }
  }

  /** How many records the topic has. */
  static long size(Admin admin, String topic) throws Exception {
    var partition = new TopicPartition(topic, 0);
    long start = admin.listOffsets(Map.of(partition, OffsetSpec.earliest())).partitionResult(partition).get().offset();
    return admin.listOffsets(Map.of(partition, OffsetSpec.latest())).partitionResult(partition).get().offset() - start;
  }

  public static void main(String[] arguments) throws Exception {
    String server = arguments[0];
    String week = String.valueOf(7L * 86_400_000);
    try (var admin = Admin.create(Map.<String, Object>of("bootstrap.servers", server))) {
      fill(admin, server, "both", Map.of("cleanup.policy", "compact,delete", "retention.ms", week));
      fill(admin, server, "append-time",
        Map.of("cleanup.policy", "compact,delete", "retention.ms", week, "message.timestamp.type", "LogAppendTime"));
      long start = System.currentTimeMillis();
      while (size(admin, "both") > 0 && System.currentTimeMillis() - start < WAIT_MS) Thread.sleep(500);
      System.out.println("Three records of a year ago, retention of a week, after " + (System.currentTimeMillis() - start) / 1000 + " s:");
      System.out.println("compact,delete by the time of the event: " + size(admin, "both"));
      System.out.println("compact,delete by the time of the append: " + size(admin, "append-time"));
      System.exit(size(admin, "both") == 0 && size(admin, "append-time") == 3 ? 0 : 1);
    }
  }
}
CODE
if java Check.java "127.0.0.1:$port" 2> client.log; then
  echo 'As found: old records are gone at once where they can be compacted as well.'
else
  tail -5 client.log
  echo 'Not as found any more.'
  exit 1
fi
