package dmrec.event;

import dmrec.target.DevNo;
import dmrec.target.Target;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes event records of every kind, odd ones among them: the same ones for the same seed, on every
 * run and machine. Numbers and times go up as in a journal.
 */
public final class EventRecords {
  /** 2026-03-01T03:12:05Z. */
  public static final long FIRST_WALL_NS = 1_772_334_725_000_000_000L;

  private static final Kind[] KINDS = Kind.values();
  private static final String[] TEXTS = {
    "mpatha",
    "vg0-lv_root",
    "2 0 0 0 1 1 A 0 1 2 8:16 A 0 0 1",
    "mpath-3600508b400105e210000900000490000",
    "sdb",
    "name with \"quotes\", \\back\\slashes\\ and \t tabs \n lines",
    "\u0001\u001b[31mred\u007f",
    "äöü €uro \ud83d\udcbe disk",
    "\u0000",
    "\u2028\u2029\ufeff\uffff",
  };

  private final SplittableRandom random;
  private final boolean full;
  private long seq;
  private long wallNs = FIRST_WALL_NS;
  private long monoNs = 592_000_000_000L;

  /** Records that format 1 can say. */
  public EventRecords(long seed) {
    this(seed, false);
  }

  private EventRecords(long seed, boolean full) {
    random = new SplittableRandom(seed);
    this.full = full;
  }

  /** Records with everything that a record can have. */
  public static EventRecords full(long seed) {
    return new EventRecords(seed, true);
  }

  /** A record of any kind. */
  public EventRecord next() {
    return next(KINDS[random.nextInt(KINDS.length)]);
  }

  /** A record of one kind. */
  public EventRecord next(Kind kind) {
    long stepNs = random.nextLong(1_000_000_000L);
    wallNs += stepNs;
    monoNs += stepNs;
    EventRecord record =
        EventRecord.of(event(kind))
            .seq(++seq)
            .at(wallNs, monoNs)
            .receivedNs(full && random.nextBoolean() ? wallNs + random.nextLong(1 << 20) : wallNs)
            .notBeforeNs(random.nextInt(3) == 0 ? wallNs - random.nextLong(1_000_000_000L) : 0)
            .kernelNs(random.nextInt(3) == 0 ? monoNs - random.nextLong(1_000_000L) : 0)
            .source(pick(Source.values()))
            .certainty(pick(Certainty.values()))
            .marks(random.nextInt(4) == 0 ? random.nextInt(256) : 0)
            .actor(random.nextInt(4) == 0 ? actor() : null)
            .device(device())
            .evidence(evidence())
            .extra(kind == Kind.UNKNOWN || random.nextInt(8) == 0 ? extra(kind) : Bytes.NONE)
            .build();
    Bytes told = full && random.nextBoolean() ? KernelEvidence.of(record) : null;
    return told == null ? record : record.toBuilder().evidence(told).build();
  }

  /** The same event at another wall clock time. */
  public static EventRecord at(EventRecord record, long wallNs) {
    return record.toBuilder().at(wallNs, record.monoNs()).build();
  }

  /** The same event with other evidence, and nothing of what only some records have. */
  public static EventRecord withEvidence(EventRecord r, byte[] evidence) {
    return EventRecord.of(r.event())
        .seq(r.seq())
        .at(r.wallNs(), r.monoNs())
        .source(r.source())
        .certainty(r.certainty())
        .device(r.device())
        .evidence(Bytes.of(evidence))
        .build();
  }

  /** Many records of any kind. */
  public List<EventRecord> list(int count) {
    return many(count, this::next);
  }

  /** One record of each kind, in the order of {@link Kind}. */
  public List<EventRecord> oneOfEach() {
    List<EventRecord> all = new ArrayList<>();
    for (Kind kind : KINDS) {
      all.add(next(kind));
    }
    return all;
  }

  private Actor actor() {
    if (!full) {
      return Actor.asked(random.nextInt(), random.nextInt(), text());
    }
    return new Actor(
        pick(Actor.Relation.values()),
        random.nextInt(),
        random.nextBoolean() ? 0 : random.nextLong(),
        random.nextBoolean() ? 0 : random.nextInt(),
        random.nextInt(),
        random.nextInt(4) - 1,
        text(),
        text(),
        random.nextBoolean() ? 0 : random.nextInt(),
        text(),
        text());
  }

  private DmEvent event(Kind kind) {
    if (kind == Kind.UNKNOWN) {
      return new DmEvent.Unknown(1000 + random.nextInt(60_000));
    }
    Fields fields = Fields.of(kind);
    @Nullable Object[] values = new Object[fields.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(6) == 0 ? null : value(fields.get(i).type());
    }
    return fields.construct(values);
  }

  private Object value(FieldType type) {
    return switch (type) {
      case INT -> random.nextBoolean() ? random.nextInt(16) - 1 : random.nextInt();
      case LONG -> random.nextBoolean() ? random.nextLong(1 << 20) - 1 : random.nextLong();
      case BOOLEAN -> random.nextBoolean();
      case TEXT -> text();
      case DEV -> dev();
      case BYTES -> bytes(random.nextInt(64));
      case TARGETS -> many(random.nextInt(5), this::target);
      case DEVS -> many(random.nextInt(5), this::dev);
      case TEXTS -> many(random.nextInt(5), this::text);
    };
  }

  private Target target() {
    return new Target(random.nextLong(1L << 40), random.nextLong(1L << 40), text(), text(), text());
  }

  private DeviceRef device() {
    return switch (random.nextInt(6)) {
      case 0 -> DeviceRef.NONE;
      case 1 -> new DeviceRef(DevNo.NONE, 0, text(), text());
      default -> new DeviceRef(dev(), random.nextLong(1000) - 100, text(), text());
    };
  }

  private DevNo dev() {
    return random.nextBoolean()
        ? new DevNo(254, random.nextInt(64))
        : new DevNo(random.nextInt(0x1000), random.nextInt(0x100000));
  }

  /** Text as the kernel may give it: now and then bytes that are none. */
  private String text() {
    return switch (random.nextInt(8)) {
      case 0 -> "";
      case 1 -> KernelText.decode(array(random.nextInt(40)));
      case 2 -> TEXTS[random.nextInt(TEXTS.length)] + KernelText.decode(array(3));
      default -> TEXTS[random.nextInt(TEXTS.length)];
    };
  }

  private Bytes evidence() {
    return switch (random.nextInt(5)) {
      case 0 -> Bytes.NONE;
      case 1 -> bytes(random.nextInt(2000));
      default -> Bytes.of("change@/devices/virtual/block/dm-0\0ACTION=change\0SEQNUM=" + seq);
    };
  }

  /** Tagged fields that no version has yet, in ascending order. */
  private Bytes extra(Kind kind) {
    boolean format2 = full && random.nextBoolean();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    if (format2) {
      // Those of format 2 stand behind two zero bytes.
      out.write(0);
      out.write(0);
    }
    int tag = Fields.of(kind).size();
    for (int i = random.nextInt(4); i >= 0; i--) {
      tag += 1 + random.nextInt(5);
      field(out, tag, format2);
    }
    if (random.nextBoolean()) {
      field(out, format2 ? 140 + random.nextInt(100) : 0x9000 + random.nextInt(100), format2);
    }
    return Bytes.of(out.toByteArray());
  }

  private void field(ByteArrayOutputStream out, int tag, boolean format2) {
    int length = random.nextInt(20);
    out.write(tag);
    if (format2) {
      out.write(length);
    } else {
      out.write(tag >> 8);
      out.write(length);
      out.write(0);
      out.write(0);
      out.write(0);
    }
    out.writeBytes(array(length));
  }

  private Bytes bytes(int length) {
    return Bytes.of(array(length));
  }

  private byte[] array(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private <T> T pick(T[] values) {
    return values[random.nextInt(values.length)];
  }

  private static <T> List<T> many(int count, Supplier<T> each) {
    List<T> list = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      list.add(each.get());
    }
    return List.copyOf(list);
  }
}
