package dmrec.kernel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Where the running kernel keeps what in its structs, by its own type information (BTF,
 * Documentation/bpf/btf.rst).
 *
 * <pre>
 *   header: u16 magic, u8 version, u8 flags, u32 header length,
 *           u32 types at, u32 length, u32 strings at, u32 length   (both from the header's end)
 *   type:   u32 name, u32 info (kind flag 31, kind 24-28, count 0-15), u32 size or type, then by kind
 * </pre>
 *
 * <p>A module's types and strings are numbered on from those of the kernel (split BTF). It has only
 * the name of a struct that it does not see inside: ask the module that has it.
 *
 * <p>Only an index of four bytes a type is made. A query walks all types, some milliseconds; the
 * whole holds the file, some megabytes: drop it after use.
 *
 * <p>Thread contract: any thread.
 */
public final class Btf {
  private static final Path FOLDER = Path.of("/sys/kernel/btf");
  private static final int MAGIC = 0xeb9f;
  private static final int HEADER_BYTES = 24;
  private static final int TYPE_BYTES = 12;
  private static final int MOST_BYTES = 256 << 20;

  private static final int STRUCT = 4;
  private static final int UNION = 5;
  private static final int ENUM = 6;
  private static final int ENUM64 = 19;

  /** Bytes of each kind behind the first twelve, by kind; those of {@link #EACH} are a count's. */
  private static final int[] REST = {
    0, 4, 0, 12, 12, 12, 8, 0, 0, 0, 0, 0, 0, 8, 4, 12, 0, 4, 0, 12
  };

  private static final int EACH =
      1 << STRUCT | 1 << UNION | 1 << ENUM | 1 << 13 | 1 << 15 | 1 << 19;

  /** typedef, volatile, const, restrict, type tag: the type they stand before. */
  private static final int MODIFIERS = 1 << 8 | 1 << 9 | 1 << 10 | 1 << 11 | 1 << 18;

  /** Members looked at for one query: the largest struct has some hundred. */
  private static final int MOST_MEMBERS = 100_000;

  private static final int DEEPEST = 32;

  private final ByteBuffer bytes;
  private final @Nullable Btf base;
  private final String what;
  private final int firstType;
  private final int firstString;
  private final int stringsAt;
  private final int stringsLength;
  private int[] types = new int[1024];
  private int typeCount;

  private Btf(ByteBuffer source, @Nullable Btf base, String what) throws KernelException {
    this.bytes = source.slice().order(ByteOrder.LITTLE_ENDIAN);
    this.base = base;
    this.what = what;
    // Type 0 is void, and lies in no file.
    this.firstType = base == null ? 1 : base.firstType + base.typeCount;
    this.firstString = base == null ? 0 : base.firstString + base.stringsLength;
    if (bytes.limit() < HEADER_BYTES) {
      throw broken(0, "a header of " + HEADER_BYTES + " bytes", bytes.limit() + " bytes");
    }
    int magic = bytes.getShort(0) & 0xffff;
    if (magic != MAGIC || bytes.get(2) != 1) {
      throw broken(0, "magic 0xeb9f, version 1", String.format("0x%x, %d", magic, bytes.get(2)));
    }
    long header = unsigned(4);
    long typesAt = header + unsigned(8);
    long typesEnd = typesAt + unsigned(12);
    long stringsFrom = header + unsigned(16);
    long stringsEnd = stringsFrom + unsigned(20);
    if (header < HEADER_BYTES || typesEnd > bytes.limit() || stringsEnd > bytes.limit()) {
      throw broken(
          4,
          "types and strings within " + bytes.limit() + " bytes",
          "types to " + typesEnd + ", strings to " + stringsEnd);
    }
    this.stringsAt = (int) stringsFrom;
    this.stringsLength = (int) (stringsEnd - stringsFrom);
    index((int) typesAt, (int) typesEnd);
  }

  private void index(int from, int end) throws KernelException {
    for (int at = from; at < end; ) {
      if (end - at < TYPE_BYTES) {
        throw broken(at, "a type of 12 bytes", (end - at) + " bytes");
      }
      int kind = kind(at);
      if (kind == 0 || kind >= REST.length) {
        throw broken(at, "a kind of 1 to " + (REST.length - 1), String.valueOf(kind));
      }
      int rest = REST[kind] * ((EACH >> kind & 1) == 1 ? count(at) : 1);
      if (rest > end - at - TYPE_BYTES) {
        throw broken(at, rest + " bytes of kind " + kind, (end - at - TYPE_BYTES) + " bytes");
      }
      if (typeCount == types.length) {
        types = Arrays.copyOf(types, 2 * typeCount);
      }
      types[typeCount++] = at;
      at += TYPE_BYTES + rest;
    }
    types = Arrays.copyOf(types, typeCount);
  }

  /**
   * Reads the BTF of a kernel.
   *
   * @param vmlinux from position to limit; it must stay as it is
   * @throws KernelException where it is no BTF, or broken
   */
  public static Btf read(ByteBuffer vmlinux) throws KernelException {
    return new Btf(vmlinux, null, "the kernel's BTF");
  }

  /**
   * Reads that of the running kernel.
   *
   * @throws KernelException ENOENT where the kernel was built without
   */
  public static Btf vmlinux() throws KernelException {
    ByteBuffer file = load(FOLDER.resolve("vmlinux"));
    if (file == null) {
      throw new KernelException(
          Errno.ENOENT,
          "Cannot read " + FOLDER.resolve("vmlinux"),
          "a kernel with CONFIG_DEBUG_INFO_BTF",
          "Boot one; without it, fields inside the kernel's structs are not recorded.");
    }
    return read(file);
  }

  /** Types of a module on top of this; this where the module has no file, as one built in. */
  public Btf module(String name) throws KernelException {
    if (!name.matches("[A-Za-z0-9_]{1,63}")) {
      throw new IllegalArgumentException("module: expected letters, digits, _, found " + name);
    }
    ByteBuffer file = load(FOLDER.resolve(name));
    return file == null ? this : split(file, name);
  }

  Btf split(ByteBuffer module, String name) throws KernelException {
    return new Btf(module, this, "BTF of module " + name);
  }

  private static @Nullable ByteBuffer load(Path file) throws KernelException {
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new KernelException(
            "Cannot read " + file, "at most 256 MiB", Files.size(file) + " bytes", "Report this.");
      }
      return ByteBuffer.wrap(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      return null;
    } catch (KernelException e) {
      throw e;
    } catch (IOException e) {
      throw new KernelException(
          "Cannot read " + file, "a readable file", String.valueOf(e), "Run as root.", e);
    }
  }

  /**
   * Where a struct or union keeps a member, in bytes from its start. Members of anonymous structs
   * and unions inside are its own.
   *
   * @return empty where there is no such struct or member, where the member does not start at a
   *     byte, and where several structs have this name and disagree
   */
  public OptionalInt offset(String struct, String member) throws KernelException {
    byte[] name = member.getBytes(StandardCharsets.UTF_8);
    int[] budget = {MOST_MEMBERS};
    long found = -1;
    for (int i = next(-1, struct, STRUCT); i >= 0; i = next(i, struct, STRUCT)) {
      long bits = bits(types[i], name, 0, budget);
      if (bits >= 0 && found >= 0 && bits != found) {
        return OptionalInt.empty();
      }
      found = Math.max(found, bits);
    }
    if (found < 0) {
      return base == null || next(-1, struct, STRUCT) >= 0
          ? OptionalInt.empty()
          : base.offset(struct, member);
    }
    return found % 8 == 0 ? OptionalInt.of((int) (found / 8)) : OptionalInt.empty();
  }

  /** Size in bytes of a struct or union; empty as in {@link #offset}. */
  public OptionalInt size(String struct) throws KernelException {
    int size = -1;
    for (int i = next(-1, struct, STRUCT); i >= 0; i = next(i, struct, STRUCT)) {
      int each = bytes.getInt(types[i] + 8);
      if (each < 0 || (size >= 0 && size != each)) {
        return OptionalInt.empty();
      }
      size = each;
    }
    if (size < 0) {
      return base == null ? OptionalInt.empty() : base.size(struct);
    }
    return OptionalInt.of(size);
  }

  /**
   * Names of an enum's values, in the order written; of two names for a value the first. Empty
   * where there is no such enum, or several that disagree.
   */
  public Map<Long, String> enumerators(String enumName) throws KernelException {
    Map<Long, String> found = Map.of();
    for (int i = next(-1, enumName, ENUM); i >= 0; i = next(i, enumName, ENUM)) {
      Map<Long, String> each = values(types[i]);
      if (!found.isEmpty() && !each.isEmpty() && !found.equals(each)) {
        return Map.of();
      }
      found = found.isEmpty() ? each : found;
    }
    return found.isEmpty() && base != null ? base.enumerators(enumName) : found;
  }

  private Map<Long, String> values(int at) throws KernelException {
    boolean wide = kind(at) == ENUM64;
    boolean signed = isFlagged(at);
    Map<Long, String> values = new LinkedHashMap<>();
    for (int k = 0; k < count(at); k++) {
      int one = at + TYPE_BYTES + k * (wide ? 12 : 8);
      long low = signed && !wide ? bytes.getInt(one + 4) : unsigned(one + 4);
      values.putIfAbsent(wide ? low | unsigned(one + 8) << 32 : low, name(bytes.getInt(one)));
    }
    return values;
  }

  /** In bits; -1 where there is no such member. */
  private long bits(int at, byte[] member, int depth, int[] budget) throws KernelException {
    for (int k = 0; k < count(at); k++) {
      int one = at + TYPE_BYTES + k * 12;
      if (depth > DEEPEST || --budget[0] < 0) {
        throw broken(at, "a struct of some hundred members", "structs without end");
      }
      long offset = unsigned(one + 8) & (isFlagged(at) ? 0xffffff : 0xffffffffL);
      int name = bytes.getInt(one);
      if (isName(name, member)) {
        return offset;
      }
      if (isName(name, new byte[0])) {
        long inner = inside(bytes.getInt(one + 4), member, depth + 1, budget);
        if (inner >= 0) {
          return offset + inner;
        }
      }
    }
    return -1;
  }

  /** As {@link #bits}, of the anonymous struct or union with this number, here or in the base. */
  private long inside(int type, byte[] member, int depth, int[] budget) throws KernelException {
    Btf owner = this;
    int id = type;
    for (int steps = 0; steps < DEEPEST; steps++) {
      while (owner.base != null && id >= 0 && id < owner.firstType) {
        owner = owner.base;
      }
      if (id < owner.firstType || id - owner.firstType >= owner.typeCount) {
        // Void is 0, and has no members.
        if (id == 0) {
          return -1;
        }
        throw broken(0, "a type below " + (firstType + typeCount), Integer.toUnsignedString(id));
      }
      int at = owner.types[id - owner.firstType];
      int kind = owner.kind(at);
      if (kind == STRUCT || kind == UNION) {
        return owner.bits(at, member, depth, budget);
      }
      if ((MODIFIERS >> kind & 1) == 0) {
        return -1;
      }
      id = owner.bytes.getInt(at + 8);
    }
    throw broken(0, "a type behind type " + type, "modifiers without end");
  }

  /** Index of the next struct or union, or enum, of this name behind another; -1 if none. */
  private int next(int after, String name, int kind) throws KernelException {
    byte[] wanted = name.getBytes(StandardCharsets.UTF_8);
    for (int i = after + 1; i < typeCount; i++) {
      int found = kind(types[i]);
      boolean same =
          kind == ENUM ? found == ENUM || found == ENUM64 : found == STRUCT || found == UNION;
      if (same && wanted.length > 0 && isName(bytes.getInt(types[i]), wanted)) {
        return i;
      }
    }
    return -1;
  }

  private boolean isName(int string, byte[] wanted) throws KernelException {
    Btf owner = owner(string);
    int at = owner.stringsAt + (string - owner.firstString);
    int left = owner.stringsAt + owner.stringsLength - at;
    if (left <= wanted.length || owner.bytes.get(at + wanted.length) != 0) {
      return false;
    }
    for (int i = 0; i < wanted.length; i++) {
      if (owner.bytes.get(at + i) != wanted[i]) {
        return false;
      }
    }
    return true;
  }

  private String name(int string) throws KernelException {
    Btf owner = owner(string);
    int at = owner.stringsAt + (string - owner.firstString);
    int end = at;
    while (end < owner.stringsAt + owner.stringsLength && owner.bytes.get(end) != 0) {
      end++;
    }
    byte[] text = new byte[Math.min(end - at, 255)];
    owner.bytes.get(at, text);
    return new String(text, StandardCharsets.ISO_8859_1);
  }

  private Btf owner(int string) throws KernelException {
    Btf owner = this;
    while (owner.base != null && string >= 0 && string < owner.firstString) {
      owner = owner.base;
    }
    if (string < owner.firstString || string - owner.firstString >= owner.stringsLength) {
      throw broken(
          stringsAt, "a string below " + (firstString + stringsLength), String.valueOf(string));
    }
    return owner;
  }

  private int kind(int at) {
    return bytes.getInt(at + 4) >>> 24 & 0x1f;
  }

  private int count(int at) {
    return bytes.getInt(at + 4) & 0xffff;
  }

  private boolean isFlagged(int at) {
    return bytes.getInt(at + 4) < 0;
  }

  private long unsigned(int at) {
    return bytes.getInt(at) & 0xffffffffL;
  }

  private KernelException broken(int offset, String expected, String found) {
    return new KernelException(
        "Cannot read " + what + " at byte " + offset,
        expected,
        found,
        "Fields inside the kernel's structs are not recorded without it; please report it.");
  }
}
