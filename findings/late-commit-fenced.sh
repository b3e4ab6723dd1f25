#!/usr/bin/env bash
# Expectation: a producer that alone has its transactional.id, and whose transaction was open for longer than transaction.timeout.ms, learns from
#   commitTransaction that the transaction was aborted, and may abort and begin another: TransactionAbortableException exists for that, and
#   KIP-588 describes it for this very case. ProducerFencedException is documented as another producer with the same id being active.
# Behaviour: with 3.9.2, commitTransaction throws ProducerFencedException, "There is a newer producer with the same transactionalId", although
#   there is none; abortTransaction throws it again. With 4.4.0, commitTransaction throws InvalidTxnStateException, and abortTransaction
#   a KafkaException because the producer is in an error state. Either way the producer cannot be used again; a new one can.
# Version: Apache Kafka 3.9.2 and 4.4.0, broker and kafka-clients of the same version (Maven Central); 4.4.0 is current in November 2026.
# Source: kafka.coordinator.transaction.TransactionCoordinator: abortTimedOutTransactions raises the epoch of the producer
#   (prepareFenceProducerEpoch). In 3.9.2 endTransaction therefore takes the producer for an older one; in 4.4.0 it finds a transaction
#   that is in no state to be committed.
set -euo pipefail
folder=$(mktemp -d)
broker=
stop() {
  if [ -n "$broker" ]; then kill "$broker" 2>/dev/null || true; wait "$broker" 2>/dev/null || true; fi
  broker=
}
trap 'stop; rm -rf "$folder"' EXIT
cd "$folder"
cat > pom.xml <<'POM'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId>
  <artifactId>finding</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${kafka.version}</version></dependency>
  </dependencies>
</project>
POM
cat > Check.java <<'CODE'
import java.util.*;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.serialization.*;

class Check {
  static String outcome(Runnable call) {
    try {
      call.run();
      return "success";
    } catch (Exception error) {
      System.out.println("    " + error.getMessage());
      return error.getClass().getSimpleName();
    }
  }

  static KafkaProducer<String, String> producer(String server) {
    var producer = new KafkaProducer<>(
      Map.<String, Object>of("bootstrap.servers", server, "transactional.id", "alone", "transaction.timeout.ms", 1000),
      new StringSerializer(), new StringSerializer());
    producer.initTransactions();
    producer.beginTransaction();
    return producer;
  }

  public static void main(String[] arguments) throws Exception {
    var server = arguments[0];
    try (var admin = Admin.create(Map.<String, Object>of("bootstrap.servers", server))) {
      admin.createTopics(List.of(new NewTopic("counts", 1, (short) 1))).all().get();
      var seen = new ArrayList<String>();
      try (var late = producer(server)) {
        late.send(new ProducerRecord<>("counts", "ann", "1")).get();
        // The broker looks for transactions that are open for too long each second here.
        var state = TransactionState.ONGOING;
        for (int attempt = 0; attempt < 200 && state != TransactionState.COMPLETE_ABORT; attempt++, Thread.sleep(100))
          state = admin.describeTransactions(List.of("alone")).description("alone").get().state();
        System.out.println("  the broker's state of the transaction: " + state);
        seen.add(outcome(late::commitTransaction));
        seen.add(outcome(late::abortTransaction));
      }
      try (var next = producer(server)) {
        next.send(new ProducerRecord<>("counts", "ann", "2")).get();
        seen.add(outcome(next::commitTransaction));
      }
      System.out.println("  commit, abort, commit of a new producer: " + seen);
      System.exit(seen.equals(List.of(arguments[1], arguments[2], "success")) ? 0 : 1);
    }
  }
}
CODE
check() {
  local version=$1 port=$2
  echo "Kafka $version:"
  mkdir "$version"
  mvn -q -B -Dstyle.color=never org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath \
    -Dkafka.version="$version" -Dmdep.outputFile="$version/class-path"
  export CLASSPATH
  CLASSPATH=$(cat "$version/class-path")
  cat > "$version/server.properties" <<PROPERTIES
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$((port + 1))
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$((port + 1))
controller.listener.names=CONTROLLER
log.dirs=$folder/$version/data
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.abort.timed.out.transaction.cleanup.interval.ms=1000
PROPERTIES
  java kafka.tools.StorageTool format -t RmluZGluZy1jbHVzdGVyMQ -c "$version/server.properties" > "$version/format.log" 2>&1
  java -Xmx512m kafka.Kafka "$version/server.properties" > "$version/broker.log" 2>&1 &
  broker=$!
  if ! java Check.java "127.0.0.1:$port" "$3" "$4" 2> client.log; then
    tail -5 client.log
    echo 'Not as found any more.'
    exit 1
  fi
  stop
}
check 3.9.2 20392 ProducerFencedException ProducerFencedException
check 4.4.0 20394 InvalidTxnStateException KafkaException
echo 'As found: a late commit ends its producer, in 3.9.2 as if another one had its id.'
