package dmrec.journal.file;

import static dmrec.journal.file.Format1.FIELD_HEADER_BYTES;
import static dmrec.journal.file.Format1.HEADER_BYTES;
import static dmrec.journal.file.RecordDecoder.bad;
import static dmrec.journal.file.RecordLayout.intAt;
import static dmrec.journal.file.RecordLayout.longAt;
import static dmrec.journal.file.RecordLayout.shortAt;

import dmrec.event.Actor;
import dmrec.event.Bytes;
import dmrec.event.DeviceRef;
import dmrec.event.EventRecord;
import dmrec.event.Field;
import dmrec.event.Fields;
import dmrec.event.KernelText;
import dmrec.event.Kind;
import dmrec.target.DevNo;
import dmrec.target.Target;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the fields of a record of version 1 whose frame was checked: what its writers wrote and
 * nothing else, so that it can be written again to the same bytes.
 */
final class Format1Decoder {
  private Format1Decoder() {}

  static EventRecord decode(byte[] bytes, int at) throws MalformedException {
    int end = at + intAt(bytes, at + RecordLayout.TOTAL_LENGTH);
    int code = shortAt(bytes, at + RecordLayout.KIND);
    Kind kind = Kind.ofCode(code);
    Fields fields = Fields.of(kind);
    @Nullable Object[] values = new Object[fields.size()];
    String name = "";
    String uuid = "";
    Actor actor = null;
    Bytes evidence = Bytes.NONE;
    ByteArrayOutputStream extra = null;
    int lastTag = 0;
    int p = at + HEADER_BYTES;
    while (p < end) {
      if (end - p < FIELD_HEADER_BYTES) {
        throw bad(p - at, "a field of at least 6 bytes", end - p + " bytes");
      }
      int tag = shortAt(bytes, p);
      int size = intAt(bytes, p + 2);
      int valueAt = p + FIELD_HEADER_BYTES;
      if (tag <= lastTag) {
        throw bad(p - at, "a tag above " + lastTag, "tag " + tag);
      }
      if (size < 0 || size > end - valueAt) {
        throw bad(p - at, "a field of at most " + (end - valueAt) + " bytes", "length " + size);
      }
      Value value = new Value(bytes, at, valueAt, valueAt + size);
      if (tag <= values.length) {
        values[tag - 1] = value.of(fields.get(tag - 1));
      } else if (tag == Format1.TAG_NAME) {
        name = value.text();
      } else if (tag == Format1.TAG_UUID) {
        uuid = value.text();
      } else if (tag == Format1.TAG_ACTOR) {
        actor = value.actor();
      } else if (tag == Format1.TAG_EVIDENCE) {
        evidence = value.bytes();
      } else {
        extra = extra == null ? new ByteArrayOutputStream() : extra;
        extra.write(bytes, p, FIELD_HEADER_BYTES + size);
      }
      lastTag = tag;
      p = valueAt + size;
    }
    DevNo dev = dev(longAt(bytes, at + Format1.DEV), Format1.DEV);
    return EventRecord.of(RecordDecoder.event(kind, code, fields, values))
        .seq(longAt(bytes, at + RecordLayout.SEQ))
        .at(longAt(bytes, at + RecordLayout.WALL_NS), longAt(bytes, at + Format1.MONO_NS))
        .notBeforeNs(longAt(bytes, at + Format1.NOT_BEFORE_NS))
        .kernelNs(longAt(bytes, at + Format1.KERNEL_NS))
        .source(RecordDecoder.source(bytes, at))
        .certainty(RecordDecoder.certainty(bytes, at))
        .marks(bytes[at + RecordLayout.MARKS] & 0xff)
        .actor(actor)
        .device(device(dev, longAt(bytes, at + Format1.DISK_SEQ), name, uuid))
        .evidence(evidence)
        .extra(extra == null ? Bytes.NONE : Bytes.of(extra.toByteArray()))
        .build();
  }

  private static DeviceRef device(DevNo dev, long diskSeq, String name, String uuid) {
    boolean none = dev.equals(DevNo.NONE) && diskSeq == 0 && name.isEmpty() && uuid.isEmpty();
    return none ? DeviceRef.NONE : new DeviceRef(dev, diskSeq, name, uuid);
  }

  private static DevNo dev(long encoded, int offset) throws MalformedException {
    DevNo dev = DevNo.decode(encoded);
    if (dev.encoded() != encoded) {
      throw bad(offset, "a device number", Long.toHexString(encoded));
    }
    return dev;
  }

  /** The value of one field: the bytes from {@code from} to {@code end}. */
  private static final class Value {
    private final byte[] bytes;
    private final int recordAt;
    private final int end;
    private int p;

    Value(byte[] bytes, int recordAt, int from, int end) {
      this.bytes = bytes;
      this.recordAt = recordAt;
      this.p = from;
      this.end = end;
    }

    Object of(Field field) throws MalformedException {
      int from = p;
      Object value =
          switch (field.type()) {
            case INT -> fixedInt();
            case LONG -> fixedLong();
            case BOOLEAN -> truth();
            case TEXT -> text();
            case DEV -> {
              need(8, 8);
              yield device();
            }
            case BYTES -> bytes();
            case TARGETS -> targets();
            case DEVS -> devs();
            case TEXTS -> texts();
          };
      if (value.equals(field.type().defaultValue())) {
        throw bad(from - recordAt, "a field that says something", "the default of " + field);
      }
      return value;
    }

    private int fixedInt() throws MalformedException {
      need(4, 4);
      return nextInt();
    }

    private long fixedLong() throws MalformedException {
      need(8, 8);
      return nextLong();
    }

    private boolean truth() throws MalformedException {
      need(1, 1);
      if (bytes[p] != 1) {
        throw bad(p - recordAt, "1 for true", "" + bytes[p]);
      }
      return true;
    }

    String text() throws MalformedException {
      if (p == end) {
        throw bad(p - recordAt, "text", "none");
      }
      return text(end - p);
    }

    Bytes bytes() throws MalformedException {
      if (p == end) {
        throw bad(p - recordAt, "bytes", "none");
      }
      return Bytes.of(ByteBuffer.wrap(bytes, p, end - p));
    }

    Actor actor() throws MalformedException {
      need(8, Integer.MAX_VALUE);
      int pid = nextInt();
      int uid = nextInt();
      return Actor.asked(pid, uid, text(end - p));
    }

    private List<Target> targets() throws MalformedException {
      List<Target> targets = new ArrayList<>();
      while (p < end) {
        need(16, Integer.MAX_VALUE);
        long start = nextLong();
        long length = nextLong();
        targets.add(new Target(start, length, countedText(), countedText(), countedText()));
      }
      return List.copyOf(targets);
    }

    private List<DevNo> devs() throws MalformedException {
      List<DevNo> devs = new ArrayList<>();
      while (p < end) {
        need(8, Integer.MAX_VALUE);
        devs.add(device());
      }
      return List.copyOf(devs);
    }

    private List<String> texts() throws MalformedException {
      List<String> texts = new ArrayList<>();
      while (p < end) {
        texts.add(countedText());
      }
      return List.copyOf(texts);
    }

    private DevNo device() throws MalformedException {
      int offset = p - recordAt;
      return dev(nextLong(), offset);
    }

    private String countedText() throws MalformedException {
      need(4, Integer.MAX_VALUE);
      int size = nextInt();
      if (size < 0 || size > end - p) {
        throw bad(p - 4 - recordAt, "text of at most " + (end - p) + " bytes", "length " + size);
      }
      return text(size);
    }

    private String text(int size) {
      String text = KernelText.decode(ByteBuffer.wrap(bytes, p, size));
      p += size;
      return text;
    }

    private void need(int atLeast, int atMost) throws MalformedException {
      int size = end - p;
      if (size < atLeast || size > atMost) {
        throw bad(p - recordAt, atLeast + " bytes", size + " bytes");
      }
    }

    private int nextInt() {
      p += 4;
      return intAt(bytes, p - 4);
    }

    private long nextLong() {
      p += 8;
      return longAt(bytes, p - 8);
    }
  }
}
