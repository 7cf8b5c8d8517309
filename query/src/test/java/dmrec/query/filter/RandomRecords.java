package dmrec.query.filter;

import dmrec.event.Actor;
import dmrec.event.Bytes;
import dmrec.event.Certainty;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Field;
import dmrec.event.FieldType;
import dmrec.event.Fields;
import dmrec.event.Kind;
import dmrec.event.Source;
import dmrec.target.DevNo;
import dmrec.target.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Records of every kind from few values, so that random filters meet them. */
final class RandomRecords {
  static final long T0 = 1_772_334_000_000_000_000L;
  static final long SECOND = 1_000_000_000L;
  static final List<String> TEXTS =
      List.of(
          "",
          "mpatha",
          "sdb",
          "data-home",
          "my\\x20disk",
          "my disk",
          "rw",
          "multipath",
          "dm-3",
          "\u001b[31mred",
          "a\"b'c",
          "\u202eevil\n",
          "\udcff\udc80",
          "and",
          "\ud83d\udcbe");

  private final SplittableRandom random;
  private long seq;
  private long wallNs = T0;

  RandomRecords(long seed) {
    random = new SplittableRandom(seed);
  }

  List<EventRecord> list(int count) {
    List<EventRecord> records = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      records.add(next());
    }
    return records;
  }

  EventRecord next() {
    // Now and then the clock is set back.
    wallNs += random.nextInt(20) == 0 ? -30 * SECOND : random.nextLong(4) * SECOND;
    Kind kind = pick(Kind.values());
    return EventRecord.of(event(kind))
        .seq(++seq)
        .at(wallNs, seq * SECOND)
        .notBeforeNs(random.nextBoolean() ? 0 : wallNs - random.nextLong(5) * SECOND)
        .kernelNs(random.nextLong(2) * seq)
        .source(pick(Source.values()))
        .certainty(pick(Certainty.values()))
        .marks(random.nextInt(4))
        .actor(
            random.nextBoolean() ? null : Actor.asked(random.nextInt(3), random.nextInt(3), text()))
        .device(device())
        .evidence(Bytes.of(text() + "\0SEQNUM=" + random.nextInt(5)))
        .build();
  }

  private DeviceRef device() {
    return switch (random.nextInt(5)) {
      case 0 -> DeviceRef.NONE;
      case 1 -> new DeviceRef(DevNo.NONE, 0, text(), text());
      default ->
          new DeviceRef(new DevNo(254, random.nextInt(4)), random.nextLong(4) - 1, text(), text());
    };
  }

  private DmEvent event(Kind kind) {
    if (kind == Kind.UNKNOWN) {
      return new DmEvent.Unknown(1000 + random.nextInt(3));
    }
    Object[] values = new Object[Fields.of(kind).size()];
    for (int i = 0; i < values.length; i++) {
      Field field = Fields.of(kind).get(i);
      values[i] = value(field.type());
    }
    return Fields.of(kind).construct(values);
  }

  private Object value(FieldType type) {
    return switch (type) {
      case INT -> random.nextInt(5) - 1;
      case LONG -> random.nextInt(10) == 0 ? random.nextLong() : random.nextLong(5) - 1;
      case BOOLEAN -> random.nextBoolean();
      case TEXT -> text();
      case DEV -> dev();
      case BYTES -> Bytes.of(text());
      case TARGETS -> List.of(new Target(0, 8, text(), text(), text()));
      case DEVS -> List.of(dev(), dev());
      case TEXTS -> List.of(text(), text());
    };
  }

  private DevNo dev() {
    return random.nextInt(4) == 0 ? DevNo.NONE : new DevNo(8, 16 * random.nextInt(3));
  }

  String text() {
    return TEXTS.get(random.nextInt(TEXTS.size()));
  }

  private <T> T pick(T[] values) {
    return values[random.nextInt(values.length)];
  }
}
