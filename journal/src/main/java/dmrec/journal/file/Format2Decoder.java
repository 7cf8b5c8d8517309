package dmrec.journal.file;

import static dmrec.journal.file.RecordLayout.intAt;
import static dmrec.journal.file.RecordLayout.longAt;
import static dmrec.journal.file.RecordLayout.shortAt;

import dmrec.event.Actor;
import dmrec.event.Bytes;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Field;
import dmrec.event.Fields;
import dmrec.event.Kind;
import dmrec.target.DevNo;
import dmrec.target.Target;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the fields of a record of version 2 whose frame was checked: what {@link RecordEncoder}
 * writes and nothing else. One thread.
 */
final class Format2Decoder {
  private static final Actor.Relation[] RELATIONS = Actor.Relation.values();

  private final EvidenceTemplate template = new EvidenceTemplate();

  // Of the record at hand.
  private DevNo dev = DevNo.NONE;
  private long diskSeq;
  private boolean hasDigest;
  private long digest;
  private String name = "";
  private String uuid = "";
  private boolean lacksNames;
  private long monoNs;
  private long receivedNs;
  private long notBeforeNs;
  private long kernelNs;
  private @Nullable Actor actor;
  private int markAt;
  private Bytes evidence = Bytes.NONE;

  /** Whether the record that was read last has names that were not found. */
  boolean lacksNames() {
    return lacksNames;
  }

  /**
   * Reads the record at {@code at}.
   *
   * @param inline whether name and UUID stand in it, as in a checkpoint
   */
  EventRecord decode(byte[] bytes, int at, NameResolver names, boolean inline)
      throws MalformedException {
    int end = at + intAt(bytes, at + RecordLayout.TOTAL_LENGTH);
    int code = shortAt(bytes, at + RecordLayout.KIND);
    long wallNs = longAt(bytes, at + RecordLayout.WALL_NS);
    Kind kind = Kind.ofCode(code);
    Fields fields = Fields.of(kind);
    @Nullable Object[] values = new Object[fields.size()];
    begin(wallNs);
    ExtraFields.Reader extra = null;
    int lastTag = 0;
    FieldCursor in = new FieldCursor(bytes, at, at + RecordLayout.HEADER_BYTES, end);
    while (in.hasField()) {
      int fieldAt = in.nextAt();
      int tag = in.nextField();
      if (tag <= lastTag) {
        throw in.bad("a tag above " + lastTag, "tag " + tag);
      }
      lastTag = tag;
      if (tag <= values.length) {
        values[tag - 1] = value(fields.get(tag - 1), in);
      } else if (tag == RecordLayout.TAG_EVIDENCE_AS) {
        markAt = fieldAt;
        continue;
      } else if (!common(tag, in, wallNs)) {
        extra = extra == null ? new ExtraFields.Reader() : extra;
        extra.add(bytes, fieldAt, in, tag);
        continue;
      }
      in.expectEnd();
    }
    DmEvent event = RecordDecoder.event(kind, code, fields, values);
    DeviceRef device = device(names, inline);
    evidence(event, device, bytes, at, end);
    return EventRecord.of(event)
        .seq(longAt(bytes, at + RecordLayout.SEQ))
        .at(wallNs, monoNs)
        .receivedNs(receivedNs)
        .notBeforeNs(notBeforeNs)
        .kernelNs(kernelNs)
        .source(RecordDecoder.source(bytes, at))
        .certainty(RecordDecoder.certainty(bytes, at))
        .marks(bytes[at + RecordLayout.MARKS] & 0xff)
        .actor(actor)
        .device(device)
        .evidence(evidence)
        .extra(extra == null ? Bytes.NONE : extra.extra())
        .build();
  }

  private void begin(long wallNs) {
    dev = DevNo.NONE;
    diskSeq = 0;
    hasDigest = false;
    name = "";
    uuid = "";
    lacksNames = false;
    monoNs = 0;
    receivedNs = wallNs;
    notBeforeNs = 0;
    kernelNs = 0;
    actor = null;
    markAt = -1;
    evidence = Bytes.NONE;
  }

  /** Reads a field that every kind may have; false where this version does not know it. */
  private boolean common(int tag, FieldCursor in, long wallNs) throws MalformedException {
    switch (tag) {
      case RecordLayout.TAG_MONO_NS -> monoNs = told(in, in.number());
      case RecordLayout.TAG_RECEIVED_NS -> receivedNs = wallNs + told(in, in.number());
      case RecordLayout.TAG_NOT_BEFORE_NS -> notBeforeNs = told(in, wallNs - in.number());
      case RecordLayout.TAG_KERNEL_NS -> kernelNs = told(in, in.number());
      case RecordLayout.TAG_DEVICE -> {
        dev = in.dev();
        diskSeq = in.number();
        if (dev.equals(DevNo.NONE) && diskSeq == 0) {
          throw in.bad("a device", "none");
        }
      }
      case RecordLayout.TAG_NAMES -> {
        hasDigest = true;
        digest = in.fixedLong();
      }
      case RecordLayout.TAG_NAME -> name = text(in);
      case RecordLayout.TAG_UUID -> uuid = text(in);
      case RecordLayout.TAG_ACTOR -> actor = actor(in);
      case RecordLayout.TAG_EVIDENCE -> evidence = bytes(in);
      default -> {
        return false;
      }
    }
    return true;
  }

  private DeviceRef device(NameResolver names, boolean inline) throws MalformedException {
    if (hasDigest) {
      if (inline || !name.isEmpty() || !uuid.isEmpty()) {
        throw RecordDecoder.bad(
            RecordLayout.HEADER_BYTES,
            inline ? "name and UUID themselves" : "a digest of the names or the names",
            inline ? "their digest" : "both");
      }
      DeviceRef known = names.resolve(dev, diskSeq, digest);
      lacksNames = known == null;
      return known == null ? new DeviceRef(dev, diskSeq, "", "") : known;
    }
    DeviceRef device = new DeviceRef(dev, diskSeq, name, uuid);
    if (!inline && NameDefinition.isFor(device)) {
      throw RecordDecoder.bad(RecordLayout.HEADER_BYTES, "a digest of the names", "the names");
    }
    return device.equals(DeviceRef.NONE) ? DeviceRef.NONE : device;
  }

  private void evidence(DmEvent event, DeviceRef device, byte[] bytes, int at, int end)
      throws MalformedException {
    if (markAt >= 0) {
      if (!evidence.isEmpty()) {
        throw RecordDecoder.bad(markAt - at, "evidence once", "it twice");
      }
      FieldCursor mark = new FieldCursor(bytes, at, markAt, end);
      mark.nextField();
      evidence = template.restore(mark, event, device, kernelNs);
      if (lacksNames && EvidenceTemplate.saysNames(event)) {
        evidence = Bytes.NONE;
      }
    } else if (!evidence.isEmpty() && template.gives(event, device, kernelNs, evidence)) {
      throw RecordDecoder.bad(
          end - at - evidence.length(),
          "evidence that the event does not give",
          "one that it does");
    }
  }

  /**
   * A payload field alone of a record whose frame was checked.
   *
   * @throws MalformedException where what is read up to there is not spelled as it should be
   */
  static Object value(byte[] bytes, int at, Field field) throws MalformedException {
    int end = at + intAt(bytes, at + RecordLayout.TOTAL_LENGTH);
    FieldCursor in = new FieldCursor(bytes, at, at + RecordLayout.HEADER_BYTES, end);
    int tag = 0;
    while (in.hasField() && tag < field.tag()) {
      tag = in.nextField();
    }
    if (tag != field.tag()) {
      return field.type().defaultValue();
    }
    Object value = value(field, in);
    in.expectEnd();
    return value;
  }

  private static Object value(Field field, FieldCursor in) throws MalformedException {
    return switch (field.type()) {
      case INT -> {
        int value = in.int32();
        expectTold(value != 0, field, in);
        yield value;
      }
      case LONG -> {
        long value = in.number();
        expectTold(value != 0, field, in);
        yield value;
      }
      case BOOLEAN -> true;
      case TEXT -> {
        expectTold(in.hasMore(), field, in);
        yield in.text();
      }
      case DEV -> {
        DevNo value = in.dev();
        expectTold(!value.equals(DevNo.NONE), field, in);
        yield value;
      }
      case BYTES -> {
        expectTold(in.hasMore(), field, in);
        yield in.bytes();
      }
      case TARGETS -> list(targets(in), field, in);
      case DEVS -> list(devs(in), field, in);
      case TEXTS -> list(texts(in), field, in);
    };
  }

  private static <T> List<T> list(List<T> value, Field field, FieldCursor in)
      throws MalformedException {
    expectTold(!value.isEmpty(), field, in);
    return value;
  }

  /** A field that has its default is left out. */
  private static void expectTold(boolean isTold, Field field, FieldCursor in)
      throws MalformedException {
    if (!isTold) {
      throw in.bad("a field that says something", "the default of " + field);
    }
  }

  private static long told(FieldCursor in, long value) throws MalformedException {
    if (value == 0) {
      throw in.bad("a number that says something", "0");
    }
    return value;
  }

  private static String text(FieldCursor in) throws MalformedException {
    if (!in.hasMore()) {
      throw in.bad("text", "none");
    }
    return in.text();
  }

  private static Bytes bytes(FieldCursor in) throws MalformedException {
    if (!in.hasMore()) {
      throw in.bad("bytes", "none");
    }
    return in.bytes();
  }

  private static Actor actor(FieldCursor in) throws MalformedException {
    return new Actor(
        relation(in),
        in.int32(),
        in.number(),
        in.int32(),
        in.int32(),
        in.int32(),
        in.countedText(),
        in.countedText(),
        in.int32(),
        in.countedText(),
        in.countedText());
  }

  private static Actor.Relation relation(FieldCursor in) throws MalformedException {
    int code = in.byteValue();
    for (Actor.Relation relation : RELATIONS) {
      if (relation.code() == code) {
        return relation;
      }
    }
    throw in.bad("a relation this version knows", "" + code);
  }

  private static List<Target> targets(FieldCursor in) throws MalformedException {
    List<Target> targets = new ArrayList<>();
    while (in.hasMore()) {
      targets.add(
          new Target(
              in.number(), in.number(), in.countedText(), in.countedText(), in.countedText()));
    }
    return List.copyOf(targets);
  }

  private static List<DevNo> devs(FieldCursor in) throws MalformedException {
    List<DevNo> devs = new ArrayList<>();
    while (in.hasMore()) {
      devs.add(in.dev());
    }
    return List.copyOf(devs);
  }

  private static List<String> texts(FieldCursor in) throws MalformedException {
    List<String> texts = new ArrayList<>();
    while (in.hasMore()) {
      texts.add(in.countedText());
    }
    return List.copyOf(texts);
  }
}
