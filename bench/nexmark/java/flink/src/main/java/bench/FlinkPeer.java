package bench;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;

/**
 * A job manager and a task manager with two slots in this JVM; settings are in FLINK_CONF_DIR. Prints READY when they are up. Each line of standard input is the path
 * of a file of SQL statements, which run one after the other in a session of their own, each to its end. Then it prints DONE, or FAILED and why. Ends with its input.
 */
public final class FlinkPeer {
  public static void main(String[] arguments) throws Exception {
    Configuration configuration = GlobalConfiguration.loadConfiguration();
    MiniCluster cluster = new MiniCluster(new MiniClusterConfiguration.Builder()
        .setConfiguration(configuration)
        .setNumTaskManagers(1)
        .setNumSlotsPerTaskManager(2)
        .build());
    cluster.start();
    URI address = cluster.getRestAddress().get();
    configuration.setString("execution.target", "remote");
    configuration.setString("rest.address", address.getHost());
    configuration.setString("rest.port", String.valueOf(address.getPort()));
    say("READY");
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String path = input.readLine(); path != null; path = input.readLine()) {
      say(run(configuration, Files.readString(Path.of(path))));
    }
    System.exit(0);
  }

  private static String run(Configuration configuration, String statements) {
    try {
      TableEnvironment tables = TableEnvironment.create(
          EnvironmentSettings.newInstance().inStreamingMode().withConfiguration(configuration).build());
      for (String statement : statements.split(";\\s*(\\n|$)")) {
        if (!statement.isBlank()) execute(tables, statement);
      }
      return "DONE";
    } catch (Throwable failure) {
      failure.printStackTrace();
      Throwable cause = failure;
      while (cause.getCause() != null) cause = cause.getCause();
      return "FAILED " + String.valueOf(cause.getMessage()).replace('\n', ' ');
    }
  }

  private static void execute(TableEnvironment tables, String statement) throws Exception {
    // The first word behind the comments.
    String text = statement.replaceAll("(?m)^\\s*--.*$", "").strip();
    if (text.startsWith("SET ")) {
      String[] parts = text.split("'");
      tables.getConfig().set(parts[1], parts[3]);
    } else {
      tables.executeSql(text).await();
    }
  }

  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }
}
