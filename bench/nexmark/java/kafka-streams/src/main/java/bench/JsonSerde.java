package bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/** Records of Java as JSON, by Jackson. */
final class JsonSerde {
  private static final ObjectMapper AS_DECLARED = new ObjectMapper();
  private static final ObjectMapper UPPER_CASE = new ObjectMapper().setPropertyNamingStrategy(new UpperCase());

  static <T> Serde<T> of(Class<T> type) {
    return with(AS_DECLARED, type);
  }

  /** With names in upper case, as the other peers write their results. */
  static <T> Serde<T> ofResult(Class<T> type) {
    return with(UPPER_CASE, type);
  }

  private static <T> Serde<T> with(ObjectMapper mapper, Class<T> type) {
    ObjectReader reader = mapper.readerFor(type);
    ObjectWriter writer = mapper.writerFor(type);
    return Serdes.serdeFrom(
        (topic, value) -> {
          try {
            return value == null ? null : writer.writeValueAsBytes(value);
          } catch (JsonProcessingException failure) {
            throw new UncheckedIOException(failure);
          }
        },
        (topic, bytes) -> {
          try {
            return bytes == null ? null : reader.readValue(bytes);
          } catch (IOException failure) {
            throw new UncheckedIOException(failure);
          }
        });
  }

  private static final class UpperCase extends PropertyNamingStrategies.NamingBase {
    @Override
    public String translate(String name) {
      return name.toUpperCase(Locale.ROOT);
    }
  }
}
