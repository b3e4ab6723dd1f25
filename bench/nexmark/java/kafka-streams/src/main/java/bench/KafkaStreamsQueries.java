package bench;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Properties;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;

/**
 * Queries of Nexmark in Kafka Streams. Environment: BROKERS, STATE_DIR. Prints READY. Each line of standard input is {@code start QUERY APPLICATION_ID TOPIC}, which is
 * answered by STARTED, or {@code stop}, answered by STOPPED when all is written and committed. A thread that fails prints FAILED and why. Ends with its input.
 */
public final class KafkaStreamsQueries {
  private static final Duration CLOSE = Duration.ofSeconds(30);

  public static void main(String[] arguments) throws Exception {
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    KafkaStreams streams = null;
    say("READY");
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      String[] words = line.split(" ");
      if (words[0].equals("start")) {
        streams = start(words[1], words[2], words[3]);
        say("STARTED");
      } else {
        streams.close(CLOSE);
        say("STOPPED");
      }
    }
    System.exit(0);
  }

  private static KafkaStreams start(String query, String applicationId, String out) {
    KafkaStreams streams = new KafkaStreams(Queries.of(query, out), properties(applicationId));
    streams.setUncaughtExceptionHandler(failure -> {
      failure.printStackTrace();
      say("FAILED " + String.valueOf(failure.getMessage()).replace('\n', ' '));
      return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    });
    streams.start();
    return streams;
  }

  private static Properties properties(String applicationId) {
    Properties properties = new Properties();
    properties.put("application.id", applicationId);
    properties.put("bootstrap.servers", System.getenv("BROKERS"));
    properties.put("state.dir", System.getenv("STATE_DIR"));
    properties.put("auto.offset.reset", "earliest");
    properties.put("num.stream.threads", "2");
    properties.put("commit.interval.ms", "2000");
    return properties;
  }

  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }
}
