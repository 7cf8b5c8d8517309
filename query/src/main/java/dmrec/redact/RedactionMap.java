package dmrec.redact;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dmrec.event.Bytes;
import dmrec.event.EventRecord;
import dmrec.event.KernelText;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Reader;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What each token of a redacted recording stands for. It stays with whoever redacted it.
 *
 * <p>As a file: one JSON object, readable by its owner only, {@code {"format":"dmrec redaction
 * map","version":1,"bundle":NAME,"journal":IDENTITY,"events_sha256":HEX,
 * "tokens":{TOKEN:ORIGINAL,...}}}. A file from a stranger can name nothing but texts: every length
 * and count is bounded.
 */
public final class RedactionMap {
  private static final String FORMAT = "dmrec redaction map";
  private static final int VERSION = 1;
  private static final long MAX_FILE_BYTES = 256L << 20;
  private static final int MAX_TOKENS = 2_000_000;
  private static final int MAX_TOKEN_CHARS = 1_000;
  private static final int MAX_TEXT_CHARS = 4 << 20;
  private static final int MAX_NAME_CHARS = 1_000;
  private static final Pattern TOKEN = Pattern.compile("[!-}]+");

  private static final JsonFactory JSON =
      new JsonFactoryBuilder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(4)
                  .maxNameLength(MAX_TOKEN_CHARS)
                  .maxStringLength(MAX_TEXT_CHARS)
                  .maxNumberLength(20)
                  .maxDocumentLength(MAX_FILE_BYTES)
                  .maxTokenCount(2L * MAX_TOKENS + 100)
                  .build())
          .build();

  private final String bundle;
  private final String journal;
  private final String eventsSha256;
  private final Tokens tokens;

  private RedactionMap(String bundle, String journal, String eventsSha256, Tokens tokens) {
    this.bundle = bundle;
    this.journal = journal;
    this.eventsSha256 = eventsSha256;
    this.tokens = tokens;
  }

  static RedactionMap of(Map<String, String> originals) {
    Tokens tokens = new Tokens();
    originals.forEach(tokens::put);
    return new RedactionMap("", "", "", tokens);
  }

  /**
   * The same map, naming what it belongs to.
   *
   * @param bundleName the bundle's file
   * @param journalIdentity the journal that it was made of
   * @param ofEvents the SHA-256 of the events as they were, one JSON object a line: it is told here
   *     and not in the bundle, where it would prove a guess at the names
   */
  public RedactionMap belongingTo(String bundleName, String journalIdentity, String ofEvents) {
    return new RedactionMap(bundleName, journalIdentity, ofEvents, tokens);
  }

  /** The file it belongs to; empty where it names none. */
  public String bundle() {
    return bundle;
  }

  /** The journal it belongs to; empty where it names none. */
  public String journal() {
    return journal;
  }

  /** SHA-256 of the events before they were redacted; empty where it is not told. */
  public String eventsSha256() {
    return eventsSha256;
  }

  /** How many tokens it knows. */
  public int size() {
    return tokens.all().size();
  }

  /** Each token and what it stands for, in the order in which they were given. */
  Map<String, String> originals() {
    return java.util.Collections.unmodifiableMap(tokens.all());
  }

  // Names for tokens.

  /** The record as it was, but for what was left out. */
  public EventRecord restore(EventRecord record) {
    return RecordTexts.map(record, restoring());
  }

  /** Any text as it was. */
  String restoreText(String text) {
    return tokens.restore(text);
  }

  private RecordTexts.Change restoring() {
    return new RecordTexts.Change() {
      @Override
      public String text(Role role, String text, EventRecord of) {
        return tokens.restore(text);
      }

      @Override
      public Bytes bytes(Bytes bytes, EventRecord of) {
        return Bytes.of(tokens.restore(bytes.text()));
      }

      @Override
      public Bytes evidence(EventRecord of) {
        return restored(of.evidence(), tokens);
      }

      @Override
      public Bytes extra(EventRecord of) {
        return of.extra();
      }
    };
  }

  static Bytes restored(Bytes evidence, Tokens tokens) {
    if (!Evidence.isUdev(evidence)) {
      return Bytes.of(tokens.restore(evidence.text()));
    }
    Evidence parts = Evidence.of(evidence);
    return parts == null ? evidence : parts.with(tokens.restore(parts.text()));
  }

  // The file.

  /**
   * Writes a new file that only its owner can read.
   *
   * @throws RedactionMapException where there is one already, or it cannot be written
   */
  public void write(Path file) throws RedactionMapException {
    try (FileChannel channel =
            FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(
                    PosixFilePermissions.fromString("rw-------")));
        Writer out =
            new BufferedWriter(
                new OutputStreamWriter(
                    Channels.newOutputStream(channel), StandardCharsets.UTF_8))) {
      write(out);
      out.write('\n');
      out.flush();
      channel.force(true);
    } catch (FileAlreadyExistsException e) {
      throw new RedactionMapException(
          file + ": the file exists and may be the map of another bundle; give another name");
    } catch (NoSuchFileException e) {
      throw new RedactionMapException(file + ": no such folder; make it first");
    } catch (IOException e) {
      throw new RedactionMapException(
          file + ": the map cannot be written (" + e.getMessage() + ")");
    }
  }

  private void write(Writer out) throws IOException {
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.setHighestNonEscapedChar('~');
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.useDefaultPrettyPrinter();
      json.writeStartObject();
      json.writeStringField("format", FORMAT);
      json.writeNumberField("version", VERSION);
      json.writeStringField("bundle", bundle);
      json.writeStringField("journal", journal);
      json.writeStringField("events_sha256", eventsSha256);
      json.writeObjectFieldStart("tokens");
      for (Map.Entry<String, String> each : tokens.all().entrySet()) {
        json.writeStringField(each.getKey(), each.getValue());
      }
      json.writeEndObject();
      json.writeEndObject();
    }
  }

  /**
   * Reads what {@link #write(Path)} wrote.
   *
   * @throws RedactionMapException where the file is anything else
   */
  public static RedactionMap read(Path file) throws RedactionMapException {
    try {
      if (!Files.isRegularFile(file)) {
        throw new RedactionMapException(
            file
                + (Files.exists(file)
                    ? ": expected a file, found something else"
                    : ": no such file; give the map that pack wrote"));
      }
      if (Files.size(file) > MAX_FILE_BYTES) {
        throw new RedactionMapException(
            file + ": expected at most 256 MB, found " + Files.size(file) + " bytes");
      }
      try (Reader in =
          new BufferedReader(
              new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
        return read(in);
      }
    } catch (JsonProcessingException e) {
      long line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
      throw new RedactionMapException(
          file + ": line " + line + ": not a redaction map (" + e.getOriginalMessage() + ")");
    } catch (WrongMap e) {
      throw new RedactionMapException(file + ": " + e.getMessage());
    } catch (RedactionMapException e) {
      throw e;
    } catch (IOException e) {
      throw new RedactionMapException(file + ": the map cannot be read (" + e.getMessage() + ")");
    }
  }

  private static final class WrongMap extends IOException {
    private static final long serialVersionUID = 1L;

    WrongMap(String message) {
      super(message);
    }
  }

  private static RedactionMap read(Reader in) throws IOException {
    try (JsonParser json = JSON.createParser(in)) {
      expect(json, json.nextToken(), JsonToken.START_OBJECT);
      Map<String, String> names = new LinkedHashMap<>();
      Tokens tokens = null;
      long version = 0;
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        JsonToken value = json.nextToken();
        switch (field) {
          case "version" -> {
            expect(json, value, JsonToken.VALUE_NUMBER_INT);
            version = json.getLongValue();
            if (version != VERSION) {
              throw new WrongMap(
                  "expected version " + VERSION + ", found " + version + "; use a newer dmrec");
            }
          }
          case "format", "bundle", "journal", "events_sha256" -> {
            expect(json, value, JsonToken.VALUE_STRING);
            String text = json.getText();
            if (text.length() > MAX_NAME_CHARS) {
              throw new WrongMap("the field \"" + field + "\" is too long");
            }
            names.put(field, text);
          }
          case "tokens" -> {
            expect(json, value, JsonToken.START_OBJECT);
            tokens = readTokens(json);
          }
          default -> json.skipChildren();
        }
      }
      if (!FORMAT.equals(names.get("format")) || version != VERSION || tokens == null) {
        throw new WrongMap("not a redaction map: format, version or tokens are missing");
      }
      if (json.nextToken() != null) {
        throw new WrongMap("expected the end behind the object");
      }
      return new RedactionMap(
          names.getOrDefault("bundle", ""),
          names.getOrDefault("journal", ""),
          names.getOrDefault("events_sha256", ""),
          tokens);
    }
  }

  private static Tokens readTokens(JsonParser json) throws IOException {
    Tokens tokens = new Tokens();
    long chars = 0;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String token = json.currentName();
      expect(json, json.nextToken(), JsonToken.VALUE_STRING);
      String original = json.getText();
      chars += token.length() + original.length();
      if (!TOKEN.matcher(token).matches() || !Label.NUMBERED.matcher(token).find()) {
        throw new WrongMap(
            "line "
                + json.currentLocation().getLineNr()
                + ": expected a token like vg1, found \""
                + KernelText.printable(token.substring(0, Math.min(40, token.length())))
                + '"');
      }
      if (original.isEmpty() || !KernelText.decode(KernelText.encode(original)).equals(original)) {
        throw new WrongMap(
            "line " + json.currentLocation().getLineNr() + ": " + token + " stands for no text");
      }
      if (tokens.all().size() >= MAX_TOKENS || chars > MAX_FILE_BYTES / 2) {
        throw new WrongMap("more than " + MAX_TOKENS + " tokens, or too much text for them");
      }
      tokens.put(token, original);
    }
    return tokens;
  }

  private static void expect(JsonParser json, JsonToken found, JsonToken expected) throws WrongMap {
    if (found != expected) {
      throw new WrongMap(
          "line "
              + json.currentLocation().getLineNr()
              + ": expected "
              + expected
              + ", found "
              + found);
    }
  }
}
