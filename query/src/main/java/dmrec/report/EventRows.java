package dmrec.report;

import dmrec.event.Actor;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventJson;
import dmrec.event.EventRecord;
import dmrec.event.Field;
import dmrec.event.Fields;
import dmrec.event.KernelText;
import dmrec.event.Mark;
import dmrec.query.ActorText;
import dmrec.query.EventText;
import dmrec.query.SubStack;
import dmrec.target.DevNo;
import dmrec.target.Target;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The events, a column for each thing that all of them have. */
final class EventRows {
  private static final Pattern SEPARATORS = Pattern.compile("[\0\n]");
  private static final long SECOND_NS = 1_000_000_000L;

  private final Pool pool;
  private final List<Packed> columns = new ArrayList<>();
  private int count;
  private long lastSeq;
  private long lastSecond;

  EventRows(Pool pool) {
    this.pool = pool;
  }

  /** How many there are: the number of the last, counted from 1. */
  int count() {
    return count;
  }

  void add(EventRecord record, int lane) {
    count++;
    long second = Math.floorDiv(record.wallNs(), SECOND_NS);
    DeviceRef device = record.device();
    DevNo part = SubStack.part(record.event());
    int column = 0;
    column(column++).signed(record.seq() - lastSeq);
    column(column++).signed(second - lastSecond);
    column(column++).number(Math.floorMod(record.wallNs(), SECOND_NS));
    column(column++).number(pool.text(record.kind().word()));
    column(column++).number(pool.word(EventText.tone(record.event())));
    column(column++).number(record.kind().isTrace() ? 1 : 0);
    column(column++).number(pool.word(record.certainty()));
    column(column++).number(lane);
    column(column++).number(pool.text(EventText.subject(record)));
    column(column++).number(pool.text(EventText.sentence(record)));
    column(column++).number(device.isNone() ? 0 : pool.text(device.dev().toString()));
    column(column++).number(pool.text(shown(device.uuid())));
    column(column++).number(part == null ? 0 : pool.text(part.toString()));
    column(column++).number(pool.text(shown(SubStack.partName(record.event()))));
    column(column++).number(details(record));
    column(column++).number(evidence(record));
    lastSeq = record.seq();
    lastSecond = second;
  }

  private Packed column(int index) {
    if (index == columns.size()) {
      columns.add(new Packed());
    }
    return columns.get(index);
  }

  /** Everything else about it: names and values in turn, as JSON names them. */
  private int details(EventRecord record) {
    Pool.Items items = new Pool.Items();
    pair(items, "source", record.source().word());
    pair(items, "certainty", record.certainty().word());
    if (record.receivedNs() != record.wallNs()) {
      pair(items, "received", EventJson.time(record.receivedNs()));
    }
    pair(items, "mono", seconds(record.monoNs()));
    if (record.notBeforeNs() != 0) {
      pair(items, "not_before", EventJson.time(record.notBeforeNs()));
    }
    if (record.kernelNs() != 0) {
      pair(items, "kernel", seconds(record.kernelNs()));
    }
    for (Mark mark : Mark.values()) {
      if (mark.isIn(record.marks())) {
        pair(items, "mark", mark.word());
      }
    }
    Actor actor = record.actor();
    if (actor != null) {
      pair(items, "actor", ActorText.brief(actor));
      pair(items, "process", ActorText.details(actor));
    }
    DeviceRef device = record.device();
    if (!device.equals(DeviceRef.NONE)) {
      pair(items, "name", device.name());
      pair(items, "dev", device.dev() + " diskseq " + device.diskSeq());
      pair(items, "uuid", device.uuid());
    }
    for (Field field : Fields.of(record.kind()).list()) {
      field(items, field, record.event());
    }
    if (!record.extra().isEmpty()) {
      pair(items, "extra", Base64.getEncoder().encodeToString(record.extra().toArray()));
    }
    return pool.list(items);
  }

  private void field(Pool.Items items, Field field, DmEvent event) {
    String name = field.jsonName();
    switch (field.type()) {
      case TEXT -> pair(items, name, field.getText(event));
      case BYTES -> pair(items, name, field.getBytes(event).text());
      case TARGETS -> {
        for (Target target : field.getTargets(event)) {
          String table = target.startSector() + " " + target.lengthSectors() + " " + target.type();
          pair(items, name, table + " " + target.params());
          if (!target.status().isEmpty()) {
            pair(items, name + " status", target.status());
          }
        }
      }
      case DEVS ->
          pair(
              items,
              name,
              field.getDevs(event).stream().map(DevNo::toString).collect(Collectors.joining(" ")));
      case TEXTS -> pair(items, name, String.join(" ", field.getTexts(event)));
      case INT, LONG, BOOLEAN, DEV -> pair(items, name, String.valueOf(field.get(event)));
    }
  }

  private void pair(Pool.Items items, String name, String value) {
    items.add(pool.text(name)).add(pool.text(shown(value)));
  }

  /** A uevent's words end in NULs, a reply's lines in line feeds. */
  private int evidence(EventRecord record) {
    Pool.Items items = new Pool.Items();
    if (!record.evidence().isEmpty()) {
      for (String line : SEPARATORS.split(record.evidence().text().stripTrailing(), -1)) {
        if (!line.isEmpty()) {
          items.add(pool.text(shown(line)));
        }
      }
    }
    return pool.list(items);
  }

  private static String shown(String text) {
    return KernelText.printable(text);
  }

  private static String seconds(long ns) {
    return String.format(
        Locale.ROOT, "%d.%09d", Math.floorDiv(ns, SECOND_NS), Math.floorMod(ns, SECOND_NS));
  }

  void writeTo(Packed out) {
    out.number(count);
    columns.forEach(out::all);
  }
}
