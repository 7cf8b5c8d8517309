package dmrec.kernel;

import dmrec.kernel.ProbeHit.Field;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Layout of an event in the ring buffer, from its {@code format} file. A field's line is
 *
 * <pre>
 *   field:__data_loc char[] name;  offset:24;  size:4;  signed:1;
 * </pre>
 *
 * <p>A {@code __data_loc} holds where the text lies in the event: offset in its low half, length in
 * its high half. The fields called common_ are the same in all events.
 */
final class TraceFormat {
  /** Longer text is cut: a kernel's line of its log is at most 1,024 bytes. */
  private static final int MOST_TEXT = 4096;

  private static final int MOST_FIELDS = 256;
  private static final int MOST_BYTES = 1 << 16;

  private static final Pattern ID = Pattern.compile("(?m)^ID: ([0-9]{1,5})$");
  private static final Pattern FIELD =
      Pattern.compile(
          "\\s*field:\\s?([^;]{1,200}?) ?\\b(\\w{1,64})(\\[[^;\\]]{0,20}\\])?;"
              + "\\s*offset:([0-9]{1,6});\\s*size:([0-9]{1,7});(?:\\s*signed:([01]);)?\\s*");

  /** Of a page: where its events start, and its size, as {@code events/header_page} has them. */
  record Page(int dataAt, int sizeBytes) {}

  private enum Shape {
    NUMBER,
    CHARS,
    DATA_LOC,
    /** As DATA_LOC, but counted from behind the field. */
    REL_LOC,
    /** Arrays and structs, which no definition fetches. */
    OTHER
  }

  private record Member(String name, Shape shape, int offset, int size, boolean signed) {}

  private final String name;
  private final int id;
  private final List<Member> members = new ArrayList<>();

  private TraceFormat(String name, int id) {
    this.name = name;
    this.id = id;
  }

  /**
   * Reads one.
   *
   * @param name what hits are called
   * @throws KernelException where it is no format, or its common fields do not lie where all
   *     kernels have them
   */
  static TraceFormat parse(String name, String file) throws KernelException {
    String what = "Cannot read the format of event " + name;
    Matcher id = ID.matcher(file);
    if (!id.find()) {
      throw broken(what, "a line ID: NUMBER", "none in " + file.length() + " characters");
    }
    TraceFormat format = new TraceFormat(name, Integer.parseInt(id.group(1)));
    int common = 0;
    for (Member member : members(what, file)) {
      if (!member.name.startsWith("common_")) {
        if (member.shape != Shape.OTHER) {
          format.members.add(member);
        }
      } else if (is(member, "common_type", 0, 2)
          || is(member, "common_flags", 2, 1)
          || is(member, "common_pid", 4, 4)) {
        common++;
      }
    }
    if (common != 3) {
      throw broken(what, "common_type at 0, common_flags at 2, common_pid at 4", file.strip());
    }
    return format;
  }

  /**
   * Reads {@code events/header_page}.
   *
   * @throws KernelException where a page is not u64 time, u64 commit, data
   */
  static Page page(String file) throws KernelException {
    String what = "Cannot read events/header_page";
    int found = 0;
    Page page = new Page(0, 0);
    for (Member member : members(what, file)) {
      if (is(member, "timestamp", 0, 8) || is(member, "commit", 8, 8)) {
        found++;
      } else if (member.name.equals("data") && member.offset >= 16 && member.size >= 64) {
        page = new Page(member.offset, member.offset + member.size);
      }
    }
    if (found != 2 || page.sizeBytes == 0 || page.sizeBytes > 1 << 20) {
      throw broken(what, "timestamp at 0, commit at 8, data behind", file.strip());
    }
    return page;
  }

  private static boolean is(Member member, String name, int offset, int size) {
    return member.name.equals(name) && member.offset == offset && member.size == size;
  }

  private static List<Member> members(String what, String file) throws KernelException {
    List<Member> found = new ArrayList<>();
    for (String line : (Iterable<String>) file.lines()::iterator) {
      if (!line.stripLeading().startsWith("field:")) {
        continue;
      }
      Matcher field = FIELD.matcher(line);
      if (!field.matches() || found.size() == MOST_FIELDS) {
        throw broken(what, "at most 256 lines of field:TYPE NAME; offset:N; size:N;", line);
      }
      String type = field.group(1);
      int offset = Integer.parseInt(field.group(4));
      int size = Integer.parseInt(field.group(5));
      Shape shape = shape(type, size, field.group(3) != null);
      boolean located = shape == Shape.DATA_LOC || shape == Shape.REL_LOC;
      if ((offset + size > MOST_BYTES && shape != Shape.OTHER) || (located && size != 4)) {
        throw broken(what, "a field within 64 KiB, and 4 bytes of a __data_loc", line);
      }
      found.add(new Member(field.group(2), shape, offset, size, "1".equals(field.group(6))));
    }
    return found;
  }

  private static Shape shape(String type, int size, boolean array) {
    if (type.startsWith("__data_loc")) {
      return Shape.DATA_LOC;
    } else if (type.startsWith("__rel_loc")) {
      return Shape.REL_LOC;
    } else if (array && type.endsWith("char")) {
      return Shape.CHARS;
    }
    return !array && size <= 8 && Integer.bitCount(size) == 1 ? Shape.NUMBER : Shape.OTHER;
  }

  int id() {
    return id;
  }

  /**
   * Reads an event.
   *
   * @param event from {@code at} on {@code length} bytes, which lie in the buffer
   * @throws KernelException where a field does not lie in it
   */
  ProbeHit decode(ByteBuffer event, int at, int length, long bootNs, int cpu)
      throws KernelException {
    List<Field> fields = new ArrayList<>(members.size());
    for (Member member : members) {
      if (member.offset + member.size > length) {
        throw broken(
            "Cannot read field " + member.name + " of event " + name,
            (member.offset + member.size) + " bytes",
            length + " bytes");
      }
      fields.add(field(member, event, at, length));
    }
    return new ProbeHit(
        name, bootNs, cpu, event.getInt(at + 4), event.get(at + 2) & 0xff, List.copyOf(fields));
  }

  private Field field(Member member, ByteBuffer event, int at, int length) throws KernelException {
    int from = member.offset;
    int size = member.size;
    if (member.shape == Shape.NUMBER) {
      return new Field(member.name, number(event, at + from, size, member.signed), null);
    }
    if (member.shape != Shape.CHARS) {
      int location = event.getInt(at + from);
      from = (location & 0xffff) + (member.shape == Shape.REL_LOC ? from + size : 0);
      size = location >>> 16;
      if (size == 0) {
        // The kernel could not read it where it lies; an empty text has its NUL.
        return new Field(member.name, 0, "");
      }
      if (from + size > length) {
        throw broken(
            "Cannot read text " + member.name + " of event " + name,
            "text within " + length + " bytes",
            size + " bytes at " + from);
      }
    }
    return new Field(member.name, 0, text(event, at + from, size));
  }

  private static String text(ByteBuffer event, int from, int size) {
    int end = from;
    while (end < from + Math.min(size, MOST_TEXT) && event.get(end) != 0) {
      end++;
    }
    return StandardCharsets.ISO_8859_1
        .decode(event.duplicate().limit(end).position(from))
        .toString();
  }

  private static long number(ByteBuffer event, int at, int size, boolean signed) {
    return switch (size) {
      case 1 -> signed ? event.get(at) : event.get(at) & 0xff;
      case 2 -> signed ? event.getShort(at) : event.getShort(at) & 0xffff;
      case 4 -> signed ? event.getInt(at) : event.getInt(at) & 0xffffffffL;
      default -> event.getLong(at);
    };
  }

  private static KernelException broken(String what, String expected, String found) {
    return new KernelException(
        what,
        expected,
        found.substring(0, Math.min(found.length(), 500)),
        "Recording goes on without this probe; please report it with the kernel's version.");
  }
}
