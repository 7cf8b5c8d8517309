package dmrec.bundle;

import dmrec.event.EventRecord;
import dmrec.event.KernelText;
import dmrec.event.Sha256;
import dmrec.journal.JournalException;
import dmrec.target.DevNo;
import dmrec.topology.Topology;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * An opened bundle, which may come from anybody.
 *
 * <p>Nothing in it names a file that is written, and nothing is unpacked before its size and its
 * ratio are bounded. All parts are read once and proved by the manifest's hashes before any is
 * used. Memory is bounded by a line of its events. One thread.
 */
public final class Bundle implements AutoCloseable {
  /** How its name ends. */
  public static final String SUFFIX = ".dmrec";

  /** Real events shrink to a thirtieth; this is more than any recording reaches. */
  private static final long MAX_RATIO = 250;

  /** What is smaller may shrink as it likes. */
  private static final long SMALL_BYTES = 1 << 20;

  private static final long MAX_FILE_BYTES = 4000L << 20;

  private final String name;
  private final ZipFile zip;
  private final Map<Part, ZipEntry> entries = new EnumMap<>(Part.class);
  private final Manifest manifest;

  private Bundle(Path file, String name) throws IOException {
    this.name = name;
    long fileBytes;
    try (FileChannel channel = FileChannel.open(file)) {
      fileBytes = channel.size();
      if (fileBytes > MAX_FILE_BYTES) {
        throw wrong("expected at most " + MAX_FILE_BYTES + " bytes, found " + fileBytes);
      }
      ZipBounds.check(name, channel);
    }
    zip = new ZipFile(file.toFile(), StandardCharsets.UTF_8);
    boolean opened = false;
    try {
      long packed = 0;
      for (ZipEntry entry : Collections.list(zip.entries())) {
        take(entry);
        packed += entry.getCompressedSize();
      }
      if (packed > fileBytes) {
        // Else a size that is made up would make any ratio a fine one.
        throw wrong(
            "expected entries that together take at most the file's "
                + fileBytes
                + " bytes, found "
                + packed);
      }
      for (Part part : Part.values()) {
        if (part.isRequired() && !entries.containsKey(part)) {
          throw wrong("expected " + part.fileName() + " in it, found none");
        }
      }
      manifest = ManifestJson.read(name, bytes(Part.MANIFEST));
      prove();
      opened = true;
    } finally {
      if (!opened) {
        zip.close();
      }
    }
  }

  /**
   * Opens a file and proves every part of it.
   *
   * @throws BundleException where it is no bundle, or damaged, or of a newer format
   */
  public static Bundle open(Path file) throws BundleException {
    String name = KernelText.printable(file.toString());
    try {
      if (!Files.isRegularFile(file)) {
        throw new BundleException(
            name
                + ": expected a .dmrec file, found "
                + (Files.exists(file) ? "something that is no file" : "nothing of that name"));
      }
      return new Bundle(file, name);
    } catch (BundleException e) {
      throw e;
    } catch (ZipException e) {
      throw new BundleException(
          name
              + ": expected a .dmrec bundle, which is a zip, found a damaged one: "
              + KernelText.printable(String.valueOf(e.getMessage())),
          e);
    } catch (IOException | IllegalArgumentException e) {
      throw new BundleException(name + ": cannot be read: " + reason(e), e);
    }
  }

  /** Whether a file begins as a bundle does, and is to be taken for one. */
  public static boolean isOne(Path file) {
    if (!Files.isRegularFile(file)) {
      return false;
    }
    try (InputStream in = Files.newInputStream(file)) {
      return Arrays.equals(in.readNBytes(2), new byte[] {'P', 'K'});
    } catch (IOException e) {
      return false;
    }
  }

  private void take(ZipEntry entry) throws BundleException {
    String shown = KernelText.printable(shortened(entry.getName()));
    Part part = Part.ofFileName(entry.getName());
    if (part == null) {
      throw wrong("expected the parts of a bundle only, found the entry " + shown);
    }
    if (entries.put(part, entry) != null) {
      throw wrong("expected " + part.fileName() + " once, found it twice");
    }
    long bytes = entry.getSize();
    long packed = entry.getCompressedSize();
    if (bytes < 0 || bytes > part.maxBytes()) {
      throw wrong(
          part.fileName()
              + ": expected it to unpack to at most "
              + part.maxBytes()
              + " bytes, found "
              + bytes);
    }
    if (packed < 0 || isTooDense(bytes, packed)) {
      throw wrong(
          part.fileName()
              + ": expected it to unpack to at most "
              + MAX_RATIO
              + " times its size, found "
              + packed
              + " bytes that claim to be "
              + bytes);
    }
  }

  /** Whether so few bytes that claim to unpack to so many are taken for a trick. */
  static boolean isTooDense(long bytes, long packed) {
    return bytes > SMALL_BYTES && bytes / MAX_RATIO > packed;
  }

  /** Reads all parts once, against their hashes. */
  private void prove() throws IOException {
    for (Part part : entries.keySet()) {
      if (part == Part.MANIFEST) {
        continue;
      }
      Manifest.Content told = manifest.file(part);
      if (told == null) {
        throw wrong(
            "expected the manifest to name " + part.fileName() + ", found that it does not");
      }
      MessageDigest digest = Sha256.digest();
      long bytes = 0;
      byte[] block = new byte[1 << 16];
      try (InputStream in = in(part)) {
        for (int n = in.read(block); n >= 0; n = in.read(block)) {
          digest.update(block, 0, n);
          bytes += n;
        }
      }
      String sha256 = Sha256.hex(digest);
      if (bytes != told.bytes() || !sha256.equals(told.sha256())) {
        throw wrong(
            part.fileName()
                + ": expected "
                + told.bytes()
                + " bytes with the SHA-256 "
                + told.sha256()
                + ", as the manifest says, found "
                + bytes
                + " with "
                + sha256
                + "; it was changed or damaged");
      }
    }
    for (Part part : manifest.files().keySet()) {
      if (!entries.containsKey(part)) {
        throw wrong("expected " + part.fileName() + ", as the manifest says, found none");
      }
    }
  }

  /** What the bundle says of itself. */
  public Manifest manifest() {
    return manifest;
  }

  /** Whether it has a part. */
  public boolean has(Part part) {
    return entries.containsKey(part);
  }

  /** The bytes of a part, never more than it says it has. */
  public InputStream in(Part part) throws BundleException {
    ZipEntry entry = entries.get(part);
    if (entry == null) {
      throw wrong("expected " + part.fileName() + " in it, found none");
    }
    try {
      return new Bounded(zip.getInputStream(entry), entry.getSize(), part);
    } catch (IOException e) {
      throw wrong(part.fileName() + ": " + reason(e), e);
    }
  }

  /** A text of at most a mebibyte: the note, the readme. */
  public String text(Part part) throws IOException {
    return new String(bytes(part), StandardCharsets.UTF_8);
  }

  private byte[] bytes(Part part) throws IOException {
    if (part.maxBytes() > SMALL_BYTES) {
      throw new IllegalArgumentException(part + " may be large");
    }
    try (InputStream in = in(part)) {
      return in.readAllBytes();
    }
  }

  /** Its events, in order; to be closed. */
  public EventsReader events() throws BundleException {
    return EventsReader.of(name + ": " + Part.EVENTS.fileName(), in(Part.EVENTS));
  }

  /**
   * The stack that the first event finds.
   *
   * @param change for each of the events that rebuild it
   * @throws JournalException where a line is no event
   */
  public Topology start(EventsImport.Change change) throws IOException {
    Topology stack = new Topology();
    try (EventsReader records =
        EventsReader.of(name + ": " + Part.START.fileName(), in(Part.START))) {
      for (EventRecord record = records.next(); record != null; record = records.next()) {
        DevNo dev = record.device().dev();
        stack.restore(change.of(record), manifest.uncounted().getOrDefault(dev, 0L));
      }
    }
    return stack.withSeq(manifest.window().firstSeq() - 1);
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }

  private BundleException wrong(String what) {
    return new BundleException(name + ": " + what);
  }

  private BundleException wrong(String what, Throwable cause) {
    return new BundleException(name + ": " + what, cause);
  }

  private static String shortened(String text) {
    return text.length() > 200 ? text.substring(0, 200) + "..." : text;
  }

  private static String reason(Exception e) {
    if (e instanceof NoSuchFileException) {
      return "there is no such file";
    }
    String message = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
    return message == null ? e.getClass().getSimpleName() : KernelText.printable(message);
  }

  /** Ends where the entry says it ends, and with one error where it does not. */
  private final class Bounded extends FilterInputStream {
    private final Part part;
    private @Nullable IOException broken;
    private long left;

    Bounded(InputStream in, long bytes, Part part) {
      super(in);
      this.left = bytes;
      this.part = part;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] b, int off, int len) throws IOException {
      if (broken != null) {
        throw broken;
      }
      try {
        int n = super.read(b, off, (int) Math.min(len, left + 1));
        left -= Math.max(0, n);
        if (left < 0) {
          throw wrong(part.fileName() + ": expected the size that the zip says, found more");
        }
        return n;
      } catch (BundleException e) {
        broken = e;
        throw e;
      } catch (IOException e) {
        broken = wrong(part.fileName() + ": cannot be unpacked: " + reason(e), e);
        throw broken;
      }
    }

    @Override
    public long skip(long n) throws IOException {
      return n <= 0 ? 0 : Math.max(0, read(new byte[(int) Math.min(n, 1 << 16)]));
    }
  }
}
