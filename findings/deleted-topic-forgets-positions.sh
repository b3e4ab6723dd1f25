#!/usr/bin/env bash
# Expectation: the offsets that a consumer group has committed are the group's. Where a topic is deleted and created again, the group still has
#   its old offset, and a consumer that starts behind the end of the new topic learns that its offset is out of range.
# Behaviour: deleting a topic also deletes what any group has committed for it. When a consumer of the group starts next, it has no
#   position, and auto.offset.reset decides in silence: with latest, the default, the records that the new topic has already are never read.
#   It cannot tell this from a group that has never read the topic.
# Version: Apache Kafka 4.4.0, broker and kafka-clients (Maven Central), current in November 2026.
# Source: GroupCoordinatorService.handleTopicsDeletion has the coordinators remove the offsets of deleted topics, with
#   OffsetMetadataManager.onTopicsDeleted.
set -euo pipefail
port=20394
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
import java.time.Duration;
import java.util.*;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.*;

class Check {
  static final TopicPartition PARTITION = new TopicPartition("events", 0);

  static void fill(Admin admin, String server, String... values) throws Exception {
    admin.createTopics(List.of(new NewTopic("events", 1, (short) 1))).all().get();
    try (var producer = new KafkaProducer<>(
      Map.<String, Object>of("bootstrap.servers", server), new StringSerializer(), new StringSerializer())) {
      for (String value : values) producer.send(new ProducerRecord<>("events", value)).get();
    }
  }

  static OffsetAndMetadata committed(Admin admin) throws Exception {
    return admin.listConsumerGroupOffsets("group").partitionsToOffsetAndMetadata().get().get(PARTITION);
  }

  /** The position of a consumer of the group when it starts. */
  static long start(String server) {
    try (var consumer = new KafkaConsumer<>(
      Map.<String, Object>of("bootstrap.servers", server, "group.id", "group"), new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(List.of(PARTITION));
      return consumer.position(PARTITION, Duration.ofSeconds(30));
    }
  }

  public static void main(String[] arguments) throws Exception {
    String server = arguments[0];
    try (var admin = Admin.create(Map.<String, Object>of("bootstrap.servers", server))) {
      fill(admin, server, "1", "2", "3");
      admin.alterConsumerGroupOffsets("group", Map.of(PARTITION, new OffsetAndMetadata(1))).all().get();
      System.out.println("Committed by the group: " + committed(admin) + "; a consumer starts at " + start(server));
      admin.deleteTopics(List.of("events")).all().get();
      OffsetAndMetadata left = committed(admin);
      for (int attempt = 0; attempt < 100 && left != null; attempt++, Thread.sleep(50)) left = committed(admin);
      fill(admin, server, "4", "5");
      long start = start(server);
      System.out.println("After the topic was deleted and created again with 2 records: " + left + "; a consumer starts at " + start);
      System.exit(left == null && start == 2 ? 0 : 1);
    }
  }
}
CODE
if java Check.java "127.0.0.1:$port" 2> client.log; then
  echo 'As found: the positions of groups go with the topic.'
else
  tail -5 client.log
  echo 'Not as found any more.'
  exit 1
fi
