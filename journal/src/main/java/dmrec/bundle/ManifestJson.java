package dmrec.bundle;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import dmrec.event.EventJson;
import dmrec.event.KernelText;
import dmrec.target.DevNo;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;

/** The manifest as JSON, and back; what is read may come from a stranger. */
final class ManifestJson {
  private static final JsonFactory FACTORY =
      new JsonFactoryBuilder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(8)
                  .maxStringLength(1 << 16)
                  .maxNameLength(1 << 10)
                  .maxNumberLength(32)
                  .maxTokenCount(100_000)
                  .build())
          .build();

  private ManifestJson() {}

  static String write(Manifest manifest) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = FACTORY.createGenerator(text)) {
      DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
      json.setPrettyPrinter(
          new DefaultPrettyPrinter(
                  Separators.createDefaultInstance()
                      .withObjectFieldValueSpacing(Separators.Spacing.AFTER))
              .withObjectIndenter(indenter)
              .withArrayIndenter(indenter));
      json.setHighestNonEscapedChar('~');
      json.writeStartObject();
      json.writeNumberField("format", Manifest.FORMAT);
      json.writeStringField("dmrec", manifest.dmrec());
      write(manifest.journal(), json);
      write(manifest.window(), json);
      json.writeObjectFieldStart("uncounted");
      for (Map.Entry<DevNo, Long> each : manifest.uncounted().entrySet()) {
        json.writeNumberField(each.getKey().toString(), each.getValue());
      }
      json.writeEndObject();
      json.writeNumberField("events", manifest.events());
      json.writeObjectFieldStart("kinds");
      for (Map.Entry<String, Long> each : manifest.kinds().entrySet()) {
        json.writeNumberField(each.getKey(), each.getValue());
      }
      json.writeEndObject();
      write(manifest.host(), json);
      json.writeObjectFieldStart("redaction");
      json.writeBooleanField("redacted", manifest.redaction().redacted());
      json.writeNumberField("names", manifest.redaction().names());
      json.writeNumberField("dropped", manifest.redaction().dropped());
      json.writeStringField("events_sha256", manifest.redaction().eventsSha256());
      json.writeEndObject();
      json.writeObjectFieldStart("files");
      for (Map.Entry<Part, Manifest.Content> each : manifest.files().entrySet()) {
        json.writeObjectFieldStart(each.getKey().fileName());
        json.writeNumberField("bytes", each.getValue().bytes());
        json.writeStringField("sha256", each.getValue().sha256());
        json.writeEndObject();
      }
      json.writeEndObject();
      json.writeEndObject();
    }
    return text + "\n";
  }

  private static void write(Manifest.Journal journal, JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("journal");
    json.writeStringField("id", journal.id());
    json.writeStringField("public_key", journal.publicKey());
    json.writeNumberField("seal_seq", journal.sealSeq());
    json.writeStringField("seal", journal.seal());
    json.writeEndObject();
  }

  private static void write(Manifest.Window window, JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("window");
    json.writeNumberField("first_seq", window.firstSeq());
    json.writeNumberField("last_seq", window.lastSeq());
    json.writeNumberField("first_ns", window.firstWallNs());
    json.writeNumberField("last_ns", window.lastWallNs());
    json.writeStringField("from", EventJson.time(window.firstWallNs()));
    json.writeStringField("to", EventJson.time(window.lastWallNs()));
    json.writeStringField("device", window.device());
    json.writeEndObject();
  }

  private static void write(Manifest.Host host, JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("host");
    list("kernels", host.kernels(), json);
    list("drivers", host.drivers(), json);
    list("recorders", host.recorders(), json);
    json.writeStringField("distribution", host.distribution());
    json.writeObjectFieldStart("targets");
    for (Map.Entry<String, String> each : host.targets().entrySet()) {
      json.writeStringField(each.getKey(), each.getValue());
    }
    json.writeEndObject();
    list("names", host.names(), json);
    json.writeEndObject();
  }

  private static void list(String name, List<String> values, JsonGenerator json)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (String value : values) {
      json.writeString(value);
    }
    json.writeEndArray();
  }

  /**
   * Reads one.
   *
   * @param name of the bundle, for the errors
   * @throws BundleException where it is none, or of a newer format
   */
  static Manifest read(String name, byte[] text) throws BundleException {
    try (JsonParser json = FACTORY.createParser(text)) {
      return new ManifestReader(name, json).manifest();
    } catch (JsonProcessingException e) {
      throw new BundleException(
          name
              + ": "
              + Part.MANIFEST.fileName()
              + ": expected JSON as dmrec writes it, found "
              + KernelText.printable(e.getOriginalMessage()),
          e);
    } catch (BundleException e) {
      throw e;
    } catch (IOException e) {
      throw new BundleException(name + ": " + Part.MANIFEST.fileName() + ": " + e.getMessage(), e);
    }
  }
}
