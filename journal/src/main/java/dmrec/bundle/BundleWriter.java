package dmrec.bundle;

import dmrec.event.EventJson;
import dmrec.event.EventRecord;
import dmrec.topology.TopologyView;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.EnumMap;
import java.util.Map;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes a bundle. The same content gives the same bytes: nothing of the time or the place of
 * writing goes in.
 */
public final class BundleWriter implements AutoCloseable {
  /** Java adds the packer's zone to the first moment that a zip can tell, and to no later one. */
  private static final LocalDateTime NO_TIME = LocalDateTime.of(1980, 2, 1, 0, 0);

  private final ZipOutputStream zip;
  private final Map<Part, Manifest.Content> files = new EnumMap<>(Part.class);
  private Part last = Part.README;

  /** Writes to {@code out}, which stays open. */
  public BundleWriter(OutputStream out) {
    zip = new ZipOutputStream(new Hashed(out), StandardCharsets.UTF_8);
    zip.setLevel(Deflater.BEST_COMPRESSION);
  }

  /** Gives a part its bytes. */
  public interface Body {
    void write(OutputStream out) throws IOException;
  }

  /**
   * Writes one part; they come in the order of {@link Part}, each once, and the manifest is left
   * out.
   *
   * @throws BundleException where it is larger, or shrinks more, than a reader takes
   */
  public void add(Part part, Body body) throws IOException {
    if (files.containsKey(part) || part.compareTo(last) < 0 || part == Part.MANIFEST) {
      throw new IllegalStateException(part + " behind " + last);
    }
    last = part;
    files.put(part, put(part, body));
  }

  /** Writes a part that is text. */
  public void add(Part part, String text) throws IOException {
    add(part, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Writes a stack as the events that rebuild it. */
  public void add(Part part, TopologyView stack) throws IOException {
    add(
        part,
        out -> {
          Writer lines = lines(out);
          for (EventRecord record : stack.records()) {
            EventJson.write(record, lines);
            lines.write('\n');
          }
          lines.flush();
        });
  }

  /** A writer of lines of ASCII, as {@link EventJson} makes them; to be flushed. */
  public static Writer lines(OutputStream out) {
    return new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.US_ASCII), 1 << 16);
  }

  /** What was written so far. */
  public Map<Part, Manifest.Content> files() {
    return files;
  }

  /** Writes the manifest, which ends the bundle; its {@link Manifest#files} have to be these. */
  public void finish(Manifest manifest) throws IOException {
    if (!manifest.files().equals(files)) {
      throw new IllegalStateException("the manifest is of other files");
    }
    byte[] text = ManifestJson.write(manifest).getBytes(StandardCharsets.UTF_8);
    put(Part.MANIFEST, out -> out.write(text));
    zip.finish();
  }

  private Manifest.Content put(Part part, Body body) throws IOException {
    ZipEntry entry = new ZipEntry(part.fileName());
    entry.setTimeLocal(NO_TIME);
    zip.putNextEntry(entry);
    Manifest.Content content;
    try (Hashed out = new Hashed(zip)) {
      body.write(out);
      out.flush();
      content = out.content();
    }
    if (content.bytes() > part.maxBytes()) {
      throw new BundleException(
          part.fileName()
              + ": expected at most "
              + part.maxBytes()
              + " bytes, found "
              + content.bytes()
              + "; choose a smaller part of the journal");
    }
    zip.closeEntry();
    if (Bundle.isTooDense(content.bytes(), entry.getCompressedSize())) {
      throw new BundleException(
          part.fileName()
              + ": its "
              + content.bytes()
              + " bytes pack into "
              + entry.getCompressedSize()
              + ", which whoever opens it takes for a trick; choose another part of the journal");
    }
    return content;
  }

  /** Frees what the compression holds; the stream below stays open. */
  @Override
  public void close() throws IOException {
    zip.close();
  }
}
