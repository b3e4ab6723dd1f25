package bench;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Produced;

/**
 * The jobs j1 and j7 over Avro, with GenericRecord as Confluent's serde gives it: each thread uses its reader, writer, decoder and encoder
 * again, and the frame's id is read and written but not looked up. SCHEMA_IN and SCHEMA_OUT are the schemas.
 */
final class AvroJobs {
  private static final int FRAME_BYTES = 5;

  static void build(StreamsBuilder builder, String job, String out) {
    Schema in = new Schema.Parser().parse(System.getenv("SCHEMA_IN"));
    Schema result = new Schema.Parser().parse(System.getenv("SCHEMA_OUT"));
    KStream<String, GenericRecord> users = builder
        .stream("users-avro", Consumed.with(Serdes.String(), serde(in, 1)))
        .peek((key, value) -> KafkaStreamsPeer.count());
    KStream<String, GenericRecord> rows = switch (job) {
      case "j1" -> users.filter((key, value) -> "LA".contentEquals((CharSequence) value.get("STATE")))
          .mapValues(value -> pick(value, result));
      case "j7" -> users.filter((key, value) -> !"GA".contentEquals((CharSequence) value.get("STATE")));
      default -> throw new IllegalArgumentException(job);
    };
    rows.to(out, Produced.with(Serdes.String(), serde(result, 2)));
  }

  private static GenericRecord pick(GenericRecord value, Schema schema) {
    GenericRecord row = new GenericData.Record(schema);
    for (Schema.Field field : schema.getFields()) row.put(field.pos(), value.get(field.name()));
    return row;
  }

  private static Serde<GenericRecord> serde(Schema schema, int id) {
    return Serdes.serdeFrom(new Writing(schema, id), new Reading(schema));
  }

  private static final class Reading implements Deserializer<GenericRecord> {
    private final ThreadLocal<GenericDatumReader<GenericRecord>> reader;
    private final ThreadLocal<BinaryDecoder> decoder = new ThreadLocal<>();

    Reading(Schema schema) {
      reader = ThreadLocal.withInitial(() -> new GenericDatumReader<>(schema));
    }

    @Override
    public GenericRecord deserialize(String topic, byte[] bytes) {
      if (bytes == null) return null;
      if (ByteBuffer.wrap(bytes, 1, 4).getInt() < 0) throw new IllegalStateException("no frame");
      BinaryDecoder own =
          DecoderFactory.get().binaryDecoder(bytes, FRAME_BYTES, bytes.length - FRAME_BYTES, decoder.get());
      decoder.set(own);
      return KafkaStreamsPeer.checked(() -> reader.get().read(null, own));
    }
  }

  private static final class Writing implements Serializer<GenericRecord> {
    private final ThreadLocal<GenericDatumWriter<GenericRecord>> writer;
    private final byte[] frame;
    private final ThreadLocal<ByteArrayOutputStream> output = ThreadLocal.withInitial(ByteArrayOutputStream::new);
    private final ThreadLocal<BinaryEncoder> encoder = new ThreadLocal<>();

    Writing(Schema schema, int id) {
      writer = ThreadLocal.withInitial(() -> new GenericDatumWriter<>(schema));
      frame = ByteBuffer.allocate(FRAME_BYTES).put((byte) 0).putInt(id).array();
    }

    @Override
    public byte[] serialize(String topic, GenericRecord row) {
      if (row == null) return null;
      ByteArrayOutputStream out = output.get();
      out.reset();
      out.writeBytes(frame);
      BinaryEncoder own = EncoderFactory.get().directBinaryEncoder(out, encoder.get());
      encoder.set(own);
      return KafkaStreamsPeer.checked(() -> {
        writer.get().write(row, own);
        own.flush();
        return out.toByteArray();
      });
    }
  }
}
