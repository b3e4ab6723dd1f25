import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.util.JsonFormat;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/** As protobuf_peer.py, with protobuf-java, which compiles no schemas. */
public final class ProtobufPeer {
  private static final HexFormat HEX = HexFormat.of();

  public static void main(String[] arguments) throws Exception {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream out = new PrintStream(System.out, true, "UTF-8");
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      JsonObject order = JsonParser.parseString(line).getAsJsonObject();
      JsonObject answer = new JsonObject();
      if (order.has("write")) {
        DynamicMessage.Builder message = DynamicMessage.newBuilder(descriptor(order.getAsJsonObject("write")));
        JsonFormat.parser().merge(order.get("value").toString(), message);
        answer.addProperty("payload", HEX.formatHex(message.build().toByteArray()));
      } else {
        Descriptor type = descriptor(order.getAsJsonObject("read"));
        DynamicMessage message = DynamicMessage.parseFrom(type, HEX.parseHex(order.get("payload").getAsString()));
        JsonFormat.Printer printer = JsonFormat.printer().preservingProtoFieldNames().alwaysPrintFieldsWithNoPresence();
        answer.add("value", JsonParser.parseString(printer.print(message)));
      }
      out.println(answer);
    }
  }

  /** Files of a set come behind those that they import. */
  private static Descriptor descriptor(JsonObject schema) throws Exception {
    byte[] set = Base64.getDecoder().decode(schema.get("files").getAsString());
    Map<String, FileDescriptor> files = new LinkedHashMap<>();
    for (FileDescriptorProto file : FileDescriptorSet.parseFrom(set).getFileList()) {
      FileDescriptor[] imports = file.getDependencyList().stream().map(files::get).toArray(FileDescriptor[]::new);
      files.put(file.getName(), FileDescriptor.buildFrom(file, imports));
    }
    String name = schema.get("message").getAsString();
    for (FileDescriptor file : files.values()) {
      for (Descriptor type : file.getMessageTypes()) if (type.getFullName().equals(name)) return type;
    }
    throw new IllegalArgumentException("There is no message " + name);
  }
}
