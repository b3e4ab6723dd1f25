#!/usr/bin/env bash
# Expectation: a consumer with isolation.level=read_committed that reads a partition from its beginning to the end that endOffsets gives has
#   read every record whose commitTransaction had returned before.
# Behaviour: while an older transaction of another producer is open in the partition, endOffsets gives the place where that one began,
#   although records behind it are committed. A reader that stops there, such as one that restores a table from its log, misses them and
#   sees no sign of it. They lie between this end and the one that a read_uncommitted consumer gets.
# Version: Apache Kafka 4.4.0, broker and kafka-clients (Maven Central), current in November 2026. The documentation of
#   KafkaConsumer.endOffsets names the last stable offset; Kafka Streams fell into it as well (KAFKA-10167).
# Source: kafka.cluster.Partition.fetchOffsetForTimestamp answers read_committed with UnifiedLog.lastStableOffset, which is the first offset of
#   the oldest open transaction.
set -euo pipefail
port=20390
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
  static final TopicPartition PARTITION = new TopicPartition("counts", 0);

  static KafkaProducer<String, String> producer(String server, String id) {
    var producer = new KafkaProducer<>(
      Map.<String, Object>of("bootstrap.servers", server, "transactional.id", id), new StringSerializer(), new StringSerializer());
    producer.initTransactions();
    producer.beginTransaction();
    return producer;
  }

  static KafkaConsumer<String, String> consumer(String server, String isolation) {
    var consumer = new KafkaConsumer<>(
      Map.<String, Object>of("bootstrap.servers", server, "isolation.level", isolation, "auto.offset.reset", "earliest"),
      new StringDeserializer(), new StringDeserializer());
    consumer.assign(List.of(PARTITION));
    return consumer;
  }

  static long end(KafkaConsumer<String, String> consumer) {
    return consumer.endOffsets(List.of(PARTITION)).get(PARTITION);
  }

  static List<String> readTo(KafkaConsumer<String, String> consumer, long end) {
    var values = new ArrayList<String>();
    consumer.seekToBeginning(List.of(PARTITION));
    while (consumer.position(PARTITION) < end) consumer.poll(Duration.ofMillis(100)).forEach(record -> values.add(record.value()));
    return values;
  }

  public static void main(String[] arguments) throws Exception {
    String server = arguments[0];
    try (var admin = Admin.create(Map.<String, Object>of("bootstrap.servers", server))) {
      admin.createTopics(List.of(new NewTopic("counts", 1, (short) 1))).all().get();
    }
    try (var older = producer(server, "older"); var other = producer(server, "other");
         var committed = consumer(server, "read_committed"); var uncommitted = consumer(server, "read_uncommitted")) {
      older.send(new ProducerRecord<>("counts", "ann", "open")).get();
      other.send(new ProducerRecord<>("counts", "bob", "committed")).get();
      other.commitTransaction();
      long last = 0;
      // The marker of the commit is written soon after the commit has returned.
      for (int attempt = 0; attempt < 100 && last < 3; attempt++, Thread.sleep(50)) last = end(uncommitted);
      long stable = end(committed);
      var seen = readTo(committed, stable);
      System.out.println("While the older transaction is open: end for read_committed " + stable + ", for read_uncommitted " + last
        + "; read up to the former: " + seen);
      older.abortTransaction();
      long later = 0;
      for (int attempt = 0; attempt < 100 && later < 4; attempt++, Thread.sleep(50)) later = end(committed);
      var seenLater = readTo(committed, later);
      System.out.println("After it was aborted: end for read_committed " + later + "; read up to it: " + seenLater);
      boolean isAsFound = stable == 0 && last == 3 && seen.isEmpty() && seenLater.equals(List.of("committed"));
      System.exit(isAsFound ? 0 : 1);
    }
  }
}
CODE
if java Check.java "127.0.0.1:$port" 2> client.log; then
  echo 'As found: the end for read_committed lies before a committed record.'
else
  tail -5 client.log
  echo 'Not as found any more.'
  exit 1
fi
