package bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.JoinWindows;
import org.apache.kafka.streams.kstream.Joined;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.StreamJoined;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.kstream.Windowed;

/**
 * The jobs in Kafka Streams. Environment: JOB, FORMAT (JSON | AVRO), OUT, BROKERS, RUN_ID, STATE_DIR, N (records of input), GUARANTEE (at_least_once |
 * exactly_once_v2), THREADS, COMMIT_MS, CACHE_BYTES. Prints FIRST, HALF and LAST with the time (epoch ms) at which the first, the middle
 * and the last input record was taken; runs until it is stopped.
 */
public final class KafkaStreamsPeer {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long RECORDS = Long.parseLong(env("N", "1000000"));
  private static final AtomicLong SEEN = new AtomicLong();
  private static final Pattern LINE = Pattern.compile("^(\\S+) (\\S+) HTTP/[0-9.]+ [0-9]+ ([0-9]+) (.*)$");
  private static final Serde<String> STRING = Serdes.String();
  private static final Serde<JsonNode> NODE = Serdes.serdeFrom(
      (topic, node) -> checked(() -> node == null ? null : JSON.writeValueAsBytes(node)),
      (topic, bytes) -> checked(() -> bytes == null ? null : JSON.readTree(bytes)));

  private final StreamsBuilder builder = new StreamsBuilder();
  private final String out = System.getenv("OUT");

  public static void main(String[] args) {
    KafkaStreamsPeer peer = new KafkaStreamsPeer();
    if (env("FORMAT", "JSON").equals("AVRO")) AvroJobs.build(peer.builder, System.getenv("JOB"), System.getenv("OUT"));
    else peer.build(System.getenv("JOB"));
    KafkaStreams streams = new KafkaStreams(peer.builder.build(), properties());
    streams.setUncaughtExceptionHandler(error -> {
      error.printStackTrace();
      return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    });
    Runtime.getRuntime().addShutdownHook(new Thread(() -> streams.close(Duration.ofSeconds(5))));
    streams.start();
  }

  private static Properties properties() {
    Properties properties = new Properties();
    properties.put("application.id", System.getenv("RUN_ID"));
    properties.put("bootstrap.servers", System.getenv("BROKERS"));
    properties.put("state.dir", System.getenv("STATE_DIR"));
    properties.put("auto.offset.reset", "earliest");
    properties.put("num.stream.threads", env("THREADS", "2"));
    properties.put("processing.guarantee", env("GUARANTEE", "at_least_once"));
    properties.put("commit.interval.ms", env("COMMIT_MS", "500"));
    properties.put("statestore.cache.max.bytes", env("CACHE_BYTES", "10000000"));
    return properties;
  }

  private void build(String job) {
    switch (job) {
      case "j1" -> to(read("users").filter((key, value) -> text(value, "state").equals("LA"))
          .mapValues(value -> pick(value, "USERID", "userid", "CITY", "city", "PAYLOAD", "payload")));
      case "j2" -> to(read("users").mapValues(KafkaStreamsPeer::parseLine).filter((key, value) -> value != null));
      case "j3" -> to(read("users").groupByKey(Grouped.with(STRING, NODE))
          .count(Materialized.with(STRING, Serdes.Long())).toStream()
          .mapValues((key, count) -> (JsonNode) JSON.createObjectNode().put("UID", key).put("CNT", count)));
      case "j4" -> to(countInWindows());
      case "j5" -> to(joinWithTable());
      case "j6" -> to(joinStreams());
      case "j7" -> to(read("users").filter((key, value) -> !text(value, "state").equals("GA"))
          .mapValues(KafkaStreamsPeer::upperCaseNames));
      default -> throw new IllegalArgumentException(job);
    }
  }

  private KStream<String, JsonNode> countInWindows() {
    return read("users")
        .map((key, value) -> KeyValue.pair(text(value, "state"), pick(value, "BYTES", "bytes")))
        .groupByKey(Grouped.with(STRING, NODE))
        .windowedBy(TimeWindows.ofSizeAndGrace(Duration.ofMinutes(1), Duration.ofHours(24)))
        .aggregate(
            () -> (JsonNode) JSON.createObjectNode().put("CNT", 0L).put("TOTAL", 0L),
            (key, value, sum) -> JSON.createObjectNode()
                .put("CNT", sum.get("CNT").asLong() + 1)
                .put("TOTAL", sum.get("TOTAL").asLong() + value.get("BYTES").asLong()),
            Materialized.with(STRING, NODE))
        .toStream()
        .map(KafkaStreamsPeer::windowRow);
  }

  private static KeyValue<String, JsonNode> windowRow(Windowed<String> window, JsonNode sum) {
    ObjectNode row = sum.deepCopy();
    return KeyValue.pair(window.key(), row.put("ST", window.key()).put("WS", window.window().start()));
  }

  private KStream<String, JsonNode> joinWithTable() {
    KTable<String, JsonNode> cities = builder.table("cities", Consumed.with(STRING, NODE));
    return read("users")
        .map((key, value) -> KeyValue.pair(text(value, "city"), pick(value, "CITY", "city", "USERID", "userid", "TS", "ts")))
        .join(cities, (user, city) -> {
          ObjectNode row = (ObjectNode) user;
          row.set("REGION", city.get("region"));
          row.set("POPULATION", city.get("population"));
          return (JsonNode) row;
        }, Joined.with(STRING, NODE, NODE));
  }

  private KStream<String, JsonNode> joinStreams() {
    return read("orders").join(
        read("payments"),
        (order, payment) -> (JsonNode) JSON.createObjectNode()
            .put("ORDERID", text(order, "orderid"))
            .put("PAYMENTID", text(payment, "paymentid"))
            .put("AMOUNT", order.get("amount").asInt())
            .put("PAID", payment.get("amount").asInt())
            .put("DELAY", payment.get("ts").asLong() - order.get("ts").asLong()),
        JoinWindows.ofTimeDifferenceAndGrace(Duration.ofMinutes(10), Duration.ofHours(24)),
        StreamJoined.with(STRING, NODE, NODE));
  }

  private static JsonNode parseLine(JsonNode value) {
    if (!text(value, "kind").equals("machine")) return null;
    Matcher line = LINE.matcher(text(value, "payload"));
    if (!line.matches()) return null;
    int status = Integer.parseInt(line.group(3));
    if (status < 5000) return null;
    return ((ObjectNode) pick(value, "USERID", "userid"))
        .put("METHOD", line.group(1)).put("PATH", line.group(2)).put("STATUS", status).put("AGENT", line.group(4));
  }

  private static JsonNode upperCaseNames(JsonNode value) {
    ObjectNode row = JSON.createObjectNode();
    value.fields().forEachRemaining(field -> row.set(field.getKey().toUpperCase(Locale.ROOT), field.getValue()));
    return row;
  }

  /** Pairs of a name and the field that it is taken from. */
  private static JsonNode pick(JsonNode value, String... namesAndFields) {
    ObjectNode row = JSON.createObjectNode();
    for (int i = 0; i < namesAndFields.length; i += 2) row.set(namesAndFields[i], value.get(namesAndFields[i + 1]));
    return row;
  }

  private static String text(JsonNode value, String field) {
    return value.path(field).asText();
  }

  private KStream<String, JsonNode> read(String topic) {
    return builder.stream(topic, Consumed.with(STRING, NODE)).peek((key, value) -> count());
  }

  private void to(KStream<String, JsonNode> rows) {
    rows.to(out, Produced.with(STRING, NODE));
  }

  static void count() {
    long seen = SEEN.incrementAndGet();
    if (seen == 1) mark("FIRST");
    else if (seen == RECORDS / 2) mark("HALF");
    else if (seen == RECORDS) mark("LAST");
  }

  private static void mark(String name) {
    System.out.println(name + " " + System.currentTimeMillis());
    System.out.flush();
  }

  private static String env(String name, String otherwise) {
    return System.getenv().getOrDefault(name, otherwise);
  }

  interface Checked<T> {
    T get() throws Exception;
  }

  static <T> T checked(Checked<T> action) {
    try {
      return action.get();
    } catch (Exception error) {
      throw new IllegalStateException(error);
    }
  }
}
