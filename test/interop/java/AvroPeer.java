import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Conversions.DecimalConversion;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;

/** As fastavro_peer.py, with Java's Avro. Times are plain numbers, as in Java programs without conversions. */
public final class AvroPeer {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final HexFormat HEX = HexFormat.of();
  private static final GenericData DATA = new GenericData();
  private static final DecimalConversion DECIMALS = new DecimalConversion();

  public static void main(String[] arguments) throws Exception {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    System.setOut(new java.io.PrintStream(System.out, true, "UTF-8"));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      JsonNode order = JSON.readTree(line);
      ObjectNode answer = NODES.objectNode();
      if (order.has("write")) {
        Schema schema = new Schema.Parser().parse(order.get("write").toString());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
        new GenericDatumWriter<Object>(schema, DATA).write(toJava(schema, order.get("value")), encoder);
        encoder.flush();
        answer.put("payload", HEX.formatHex(out.toByteArray()));
      } else {
        Schema schema = new Schema.Parser().parse(order.get("read").toString());
        byte[] payload = HEX.parseHex(order.get("payload").asText());
        BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(payload, null);
        Object value = new GenericDatumReader<Object>(schema, schema, DATA).read(null, decoder);
        if (!decoder.isEnd()) throw new IllegalStateException("bytes are left over");
        answer.set("value", fromJava(schema, value));
      }
      System.out.println(JSON.writeValueAsString(answer));
    }
  }

  private static boolean isNullable(Schema union) {
    return union.getTypes().size() == 2 && union.getTypes().stream().anyMatch(type -> type.getType() == Schema.Type.NULL);
  }

  private static Schema other(Schema union) {
    return union.getTypes().get(union.getTypes().get(0).getType() == Schema.Type.NULL ? 1 : 0);
  }

  private static Object toJava(Schema schema, JsonNode value) {
    boolean isDecimal = schema.getLogicalType() instanceof LogicalTypes.Decimal;
    switch (schema.getType()) {
      case UNION:
        if (isNullable(schema)) return value.isNull() ? null : toJava(other(schema), value);
        return toJava(schema.getTypes().get(value.get("branch").asInt()), value.get("value"));
      case NULL: return null;
      case BOOLEAN: return value.asBoolean();
      case INT: return value.asInt();
      case LONG: return Long.valueOf(value.asText());
      case FLOAT: return Float.valueOf(value.asText());
      case DOUBLE: return Double.valueOf(value.asText());
      case STRING: return value.asText();
      case ENUM: return new GenericData.EnumSymbol(schema, value.asText());
      case BYTES:
        if (isDecimal) return DECIMALS.toBytes(new BigDecimal(value.asText()), schema, schema.getLogicalType());
        return ByteBuffer.wrap(HEX.parseHex(value.asText()));
      case FIXED:
        if (isDecimal) return DECIMALS.toFixed(new BigDecimal(value.asText()), schema, schema.getLogicalType());
        return new GenericData.Fixed(schema, HEX.parseHex(value.asText()));
      case ARRAY: {
        List<Object> items = new ArrayList<>();
        value.forEach(item -> items.add(toJava(schema.getElementType(), item)));
        return items;
      }
      case MAP: {
        Map<String, Object> items = new LinkedHashMap<>();
        value.fields().forEachRemaining(item -> items.put(item.getKey(), toJava(schema.getValueType(), item.getValue())));
        return items;
      }
      default: {
        GenericRecord record = new GenericData.Record(schema);
        for (Schema.Field field : schema.getFields()) record.put(field.pos(), toJava(field.schema(), value.get(field.name())));
        return record;
      }
    }
  }

  private static JsonNode fromJava(Schema schema, Object value) {
    boolean isDecimal = schema.getLogicalType() instanceof LogicalTypes.Decimal;
    switch (schema.getType()) {
      case UNION: {
        if (isNullable(schema)) return value == null ? NODES.nullNode() : fromJava(other(schema), value);
        int branch = DATA.resolveUnion(schema, value);
        ObjectNode tagged = NODES.objectNode().put("branch", branch);
        return tagged.set("value", fromJava(schema.getTypes().get(branch), value));
      }
      case NULL: return NODES.nullNode();
      case BOOLEAN: return NODES.booleanNode((Boolean) value);
      case INT: return NODES.numberNode((Integer) value);
      case LONG: return NODES.textNode(value.toString());
      case FLOAT: return number((Float) value);
      case DOUBLE: return number((Double) value);
      case STRING:
      case ENUM: return NODES.textNode(value.toString());
      case BYTES: {
        if (isDecimal) return NODES.textNode(DECIMALS.fromBytes((ByteBuffer) value, schema, schema.getLogicalType()).toPlainString());
        ByteBuffer bytes = ((ByteBuffer) value).duplicate();
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return NODES.textNode(HEX.formatHex(copy));
      }
      case FIXED:
        if (isDecimal) return NODES.textNode(DECIMALS.fromFixed((GenericFixed) value, schema, schema.getLogicalType()).toPlainString());
        return NODES.textNode(HEX.formatHex(((GenericFixed) value).bytes()));
      case ARRAY: {
        ArrayNode items = NODES.arrayNode();
        ((List<?>) value).forEach(item -> items.add(fromJava(schema.getElementType(), item)));
        return items;
      }
      case MAP: {
        ObjectNode items = NODES.objectNode();
        ((Map<?, ?>) value).forEach((key, item) -> items.set(key.toString(), fromJava(schema.getValueType(), item)));
        return items;
      }
      default: {
        ObjectNode fields = NODES.objectNode();
        for (Schema.Field field : schema.getFields()) fields.set(field.name(), fromJava(field.schema(), ((GenericRecord) value).get(field.pos())));
        return fields;
      }
    }
  }

  /** Numbers that JSON does not have are texts. */
  private static JsonNode number(double value) {
    return Double.isFinite(value) ? NODES.numberNode(value) : NODES.textNode(Double.toString(value));
  }
}
