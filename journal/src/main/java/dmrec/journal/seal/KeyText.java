package dmrec.journal.seal;

import dmrec.event.Bytes;
import dmrec.journal.file.Chain;
import dmrec.journal.file.KeyPath;
import dmrec.journal.file.KeysRecord.Certificate;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a key file holds, and its text: a name and a value a line.
 *
 * @param root the public key of epoch 0
 * @param early the certificates of a key of format 1 up to the origin of its tree; else none
 * @param tree its secrets
 * @param sinceNs wall clock of when the present key began to sign
 * @param changes the last changes of keys, oldest first; a journal that does not know of one yet
 *     has to be told
 */
public record KeyText(
    Bytes root, List<Certificate> early, KeyTree tree, long sinceNs, List<Certificate> changes) {
  private static final String FIRST_LINE = "dmrec signing key 2";
  private static final String FIRST_LINE_1 = "dmrec signing key 1";

  /** How many changes are kept: so many may pass in another journal before one is gone on with. */
  public static final int MOST_CHANGES = 128;

  public int epoch() {
    return tree.epoch();
  }

  /** The key of {@code tree}, which takes over by a change. */
  public KeyText changed(KeyTree later, Certificate change) {
    List<Certificate> all = new ArrayList<>(changes);
    all.add(change);
    int from = Math.max(0, all.size() - MOST_CHANGES);
    return new KeyText(
        root, early, later, change.sinceNs(), List.copyOf(all.subList(from, all.size())));
  }

  /** The text; the caller erases it, as it holds secrets. */
  public byte[] encode() {
    Erasable out = new Erasable();
    out.line(FIRST_LINE, null);
    out.line("root", root.toArray());
    KeyPath path = tree.path();
    out.line("origin " + path.origin().epoch(), null);
    out.line("origin-ns " + path.origin().sinceNs(), null);
    out.line("epoch-ns " + path.origin().epochNs(), null);
    out.line("since-ns " + sinceNs, null);
    out.line("secret", tree.secret());
    path.steps().forEach(step -> out.line("step", bytes(step)));
    for (KeyTree.Child child : tree.children().values()) {
      out.line("child", bytes(child.step));
      out.line("secret", child.secret);
    }
    early.forEach(each -> out.line("early", bytes(each)));
    changes.forEach(each -> out.line("change", bytes(each)));
    byte[] text = out.toByteArray();
    out.erase();
    return text;
  }

  private static byte[] bytes(KeyPath.Step step) {
    ByteBuffer out = ByteBuffer.allocate(KeyPath.Step.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    step.put(out);
    return out.array();
  }

  private static byte[] bytes(Certificate certificate) {
    ByteBuffer out = ByteBuffer.allocate(Certificate.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    certificate.put(out);
    return out.array();
  }

  /**
   * Reads a text.
   *
   * @throws IllegalArgumentException where it is none, or not whole
   */
  public static KeyText decode(byte[] text) {
    Lines lines = new Lines(new String(text, StandardCharsets.ISO_8859_1));
    String first = lines.next();
    if (first.equals(FIRST_LINE_1)) {
      return decode1(lines);
    } else if (!first.equals(FIRST_LINE)) {
      throw new IllegalArgumentException();
    }
    Bytes root = Bytes.of(lines.bytes("root", Chain.BYTES));
    KeyPath.Origin origin =
        new KeyPath.Origin(
            Math.toIntExact(lines.number("origin")),
            lines.number("origin-ns"),
            lines.number("epoch-ns"));
    long sinceNs = lines.number("since-ns");
    byte[] secret = lines.bytes("secret", Chain.BYTES);
    List<KeyPath.Step> steps = new ArrayList<>();
    while (lines.isAt("step")) {
      steps.add(KeyPath.Step.get(lines.buffer("step", KeyPath.Step.BYTES)));
    }
    NavigableMap<Integer, KeyTree.Child> children = new TreeMap<>();
    while (lines.isAt("child")) {
      KeyPath.Step step = KeyPath.Step.get(lines.buffer("child", KeyPath.Step.BYTES));
      children.put(step.epoch(), new KeyTree.Child(step, lines.bytes("secret", Chain.BYTES)));
    }
    List<Certificate> early = lines.certificates("early");
    List<Certificate> changes = lines.certificates("change");
    lines.expectEnd();
    if (origin.epoch() != early.size() || origin.epochNs() <= 0) {
      throw new IllegalArgumentException();
    }
    KeyTree tree = new KeyTree(new KeyPath(origin, List.copyOf(steps)), secret, children);
    return new KeyText(root, early, tree, sinceNs, changes);
  }

  /** Of a key that was a plain row of keys: from here on its tree grows out of the last one. */
  private static KeyText decode1(Lines lines) {
    Bytes root = Bytes.of(lines.bytes("root", Chain.BYTES));
    long epochNs = lines.number("epoch-ns");
    long epoch = lines.number("epoch");
    long sinceNs = lines.number("since-ns");
    byte[] secret = lines.bytes("secret", Chain.BYTES);
    List<Certificate> certificates = lines.certificates("certificate");
    lines.expectEnd();
    if (epoch != certificates.size() || epochNs <= 0) {
      throw new IllegalArgumentException();
    }
    KeyPath.Origin origin = new KeyPath.Origin(certificates.size(), sinceNs, epochNs);
    return new KeyText(root, certificates, KeyTree.begin(origin, secret), sinceNs, List.of());
  }

  /** The lines of a text, one behind the other. */
  private static final class Lines {
    private final Iterator<String> lines;
    private @Nullable String at;

    Lines(String text) {
      lines = text.lines().iterator();
      at = lines.hasNext() ? lines.next() : null;
    }

    String next() {
      String line = at;
      if (line == null) {
        throw new IllegalArgumentException();
      }
      at = lines.hasNext() ? lines.next() : null;
      return line;
    }

    boolean isAt(String name) {
      return at != null && at.startsWith(name + " ");
    }

    private String value(String name) {
      if (!isAt(name)) {
        throw new IllegalArgumentException();
      }
      return next().substring(name.length() + 1);
    }

    long number(String name) {
      return Long.parseLong(value(name));
    }

    byte[] bytes(String name, int length) {
      byte[] bytes = Base64.getDecoder().decode(value(name));
      if (bytes.length != length) {
        throw new IllegalArgumentException();
      }
      return bytes;
    }

    ByteBuffer buffer(String name, int length) {
      return ByteBuffer.wrap(bytes(name, length)).order(ByteOrder.LITTLE_ENDIAN);
    }

    List<Certificate> certificates(String name) {
      List<Certificate> all = new ArrayList<>();
      while (isAt(name)) {
        all.add(Certificate.get(buffer(name, Certificate.BYTES)));
      }
      return List.copyOf(all);
    }

    void expectEnd() {
      if (at != null) {
        throw new IllegalArgumentException();
      }
    }
  }

  /** A buffer whose bytes can be erased. */
  private static final class Erasable extends ByteArrayOutputStream {
    Erasable() {
      super(64 << 10); // So that it seldom grows and leaves a copy behind.
    }

    void line(String name, byte @Nullable [] value) {
      writeBytes(name.getBytes(StandardCharsets.US_ASCII));
      if (value != null) {
        byte[] encoded = Base64.getEncoder().encode(value);
        write(' ');
        writeBytes(encoded);
        Arrays.fill(encoded, (byte) 0);
      }
      write('\n');
    }

    void erase() {
      Arrays.fill(buf, (byte) 0);
    }
  }
}
