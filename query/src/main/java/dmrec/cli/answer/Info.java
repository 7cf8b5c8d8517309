package dmrec.cli.answer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dmrec.cli.host.Host;
import dmrec.cli.host.JournalOption;
import dmrec.cli.host.OutputForm;
import dmrec.event.DmEvent;
import dmrec.event.KernelText;
import dmrec.event.Kind;
import dmrec.event.UeventBacklog;
import dmrec.journal.Journal;
import dmrec.journal.JournalInfo;
import dmrec.query.EventText;
import dmrec.query.Exactness;
import dmrec.query.JournalFacts;
import dmrec.query.JournalFacts.Recording;
import dmrec.query.KindCounts;
import dmrec.query.TimeSpec;
import java.io.IOException;
import java.io.StringWriter;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "info",
    description =
        "Tell what a journal holds: its recordings, how many events of which kind, how exactly they"
            + " are known, gaps.",
    footer = {
      "",
      "Of changes it tells which the kernel told with their moment (probes), which it told and when"
          + " that was read, which only a look found some time later, and which are inferred.",
      "Exit code: 0, 1 where some of the journal is damaged or is not what was written, 2 for wrong"
          + " usage."
    })
public final class Info implements Callable<Integer> {
  private final Host host;

  @Mixin private JournalOption journal = new JournalOption();

  @Option(
      names = "--output",
      paramLabel = "FORM",
      description = "text or json. Default: ${DEFAULT-VALUE}.")
  private OutputForm output = OutputForm.TEXT;

  public Info(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws IOException {
    JournalFacts facts;
    try (Journal opened = journal.open(host)) {
      facts = JournalFacts.of(opened);
    }
    host.print(output == OutputForm.JSON ? json(facts) : text(facts));
    return Math.max(host.report(facts.info().damage()), facts.info().isIntact() ? 0 : 1);
  }

  private String text(JournalFacts facts) {
    JournalInfo info = facts.info();
    JournalInfo.Seals seals = info.seals();
    StringBuilder text = new StringBuilder();
    line(text, "journal", info.path().toString());
    line(text, "format", Integer.toString(info.formatVersion()));
    line(
        text,
        "records",
        info.events() == 0
            ? "none"
            : info.events()
                + " (#"
                + info.extent().firstSeq()
                + " to #"
                + info.extent().lastSeq()
                + ")");
    line(
        text,
        "size",
        bytes(info.allocatedBytes())
            + " on disk, "
            + bytes(info.apparentBytes())
            + " with the holes of its "
            + info.files().size()
            + (info.files().size() == 1 ? " file" : " files"));
    line(text, "at risk", "at a power failure " + info.sync().lossWindow());
    line(text, "sealed", sealed(seals));
    if (!info.isIntact()) {
      line(text, "", "NOT INTACT; see 'dmrec verify'");
    }
    if (!seals.publicKey().isEmpty()) {
      line(text, "signed by", seals.publicKey() + key(seals));
    }
    for (Recording recording : facts.recordings()) {
      text.append('\n');
      recording(text, recording);
    }
    if (!info.kinds().isEmpty()) {
      text.append("\nkinds\n");
      for (Map.Entry<Kind, Long> entry : KindCounts.mostFirst(info.kinds())) {
        text.append(
            String.format(Locale.ROOT, "  %9d  %s\n", entry.getValue(), entry.getKey().word()));
      }
    }
    exactness(text, facts.exactness());
    text.append(facts.gaps().isEmpty() ? "\ngaps       none\n" : "\ngaps\n");
    for (JournalFacts.Gap gap : facts.gaps()) {
      text.append("  #").append(gap.seq()).append("  ").append(time(gap.gap().fromNs()));
      text.append("  ").append(EventText.phrase(gap.gap())).append('\n');
    }
    return text.toString();
  }

  private static void exactness(StringBuilder text, Exactness exactness) {
    Exactness.Count sum = exactness.sum();
    if (sum.all() == 0) {
      return;
    }
    text.append('\n');
    line(
        text,
        "changes",
        sum.told() + " of " + sum.all() + " told by the kernel (" + share(sum) + " %)");
    text.append("  at its moment  as it was read  only by a look  inferred\n");
    for (Map.Entry<Kind, Exactness.Count> each : exactness.blindFirst()) {
      Exactness.Count count = each.getValue();
      text.append(
          String.format(
              Locale.ROOT,
              "  %13d  %14d  %14d  %8d  %s\n",
              count.exact(),
              count.read(),
              count.looked(),
              count.inferred(),
              each.getKey().word()));
    }
  }

  /** In percent, and 100 only where all are. */
  private static long share(Exactness.Count count) {
    return 100 * count.told() / count.all();
  }

  private String key(JournalInfo.Seals seals) {
    if (seals.publicKey().isEmpty()) {
      return "";
    }
    return ", epoch "
        + seals.keyEpoch()
        + (seals.isKeyOverdue()
            ? ", WHICH WAS OVER AT "
                + time(seals.keyDueNs())
                + ": the key could not be changed ('dmrec log --kind key_not_changed' says why)"
            : "");
  }

  private String sealed(JournalInfo.Seals seals) {
    String policy =
        seals.policy().records() == 0
            ? ""
            : ", every "
                + seals.policy().records()
                + " events"
                + (seals.policy().intervalNs() == 0
                    ? ""
                    : " or " + EventText.duration(seals.policy().intervalNs()));
    return seals.sealedSeq() == 0
        ? "nothing yet" + policy
        : "up to #" + seals.sealedSeq() + " at " + time(seals.sealedWallNs()) + policy;
  }

  private void recording(StringBuilder text, Recording recording) {
    line(
        text,
        "recording",
        "#"
            + recording.firstSeq()
            + " to #"
            + recording.lastSeq()
            + ", "
            + EventText.duration(recording.lastWallNs() - recording.firstWallNs()));
    line(text, "  from", time(recording.firstWallNs()));
    line(text, "  to", time(recording.lastWallNs()) + ending(recording));
    DmEvent.RecordingStarted started = recording.started();
    if (started != null) {
      line(text, "  host", shown(started.host()));
      line(text, "  boot", shown(started.bootId()) + before(started));
      line(
          text,
          "  kernel",
          shown(started.kernel())
              + (started.driver().isEmpty() ? "" : ", device-mapper " + shown(started.driver())));
      line(
          text,
          "  sources",
          shown(String.join(" ", started.sources()))
              + (started.sampleNs() == 0
                  ? ""
                  : ", polled every " + EventText.duration(started.sampleNs())));
      line(text, "  dmrec", shown(started.version()));
    }
    DmEvent.RecordingStopped stopped = recording.stopped();
    if (stopped != null && !stopped.backlog().equals(UeventBacklog.UNKNOWN)) {
      line(text, "  uevents", backlogText(stopped.backlog()));
    }
  }

  private static String backlogText(UeventBacklog backlog) {
    return "at most "
        + bytes(backlog.queueMaxBytes())
        + " of "
        + bytes(backlog.queueSizeBytes())
        + " waited in the socket, "
        + bytes(backlog.ringMaxBytes())
        + " of "
        + bytes(backlog.ringSizeBytes())
        + " in the ring";
  }

  private static String before(DmEvent.RecordingStarted started) {
    String previous = started.previousBootId();
    if (previous.isEmpty()) {
      return "";
    }
    return previous.equals(started.bootId())
        ? " (as before)"
        : " (before it " + shown(previous) + ")";
  }

  private static String ending(Recording recording) {
    DmEvent.RecordingStopped stopped = recording.stopped();
    if (stopped != null) {
      return " (" + EventText.phrase(stopped) + ")";
    }
    return recording.isLast()
        ? " (no end: it is going on, or was cut off)"
        : " (no end: it was cut off)";
  }

  private static void line(StringBuilder text, String name, String value) {
    text.append(String.format(Locale.ROOT, "%-10s %s\n", name, value));
  }

  private String time(long wallNs) {
    return TimeSpec.format(wallNs, host.clock().getZone());
  }

  private static String shown(String text) {
    return KernelText.printable(text);
  }

  private static String bytes(long count) {
    return EventText.bytes(count);
  }

  private static String json(JournalFacts facts) throws IOException {
    JournalInfo info = facts.info();
    JournalInfo.Seals seals = info.seals();
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.writeStartObject();
      json.writeStringField("journal", info.path().toString());
      json.writeNumberField("format", info.formatVersion());
      json.writeNumberField("records", info.events());
      json.writeNumberField("first_seq", info.extent().firstSeq());
      json.writeNumberField("last_seq", info.extent().lastSeq());
      json.writeNumberField("allocated_bytes", info.allocatedBytes());
      json.writeNumberField("apparent_bytes", info.apparentBytes());
      json.writeStringField("loss_window", info.sync().lossWindow());
      json.writeNumberField("damaged", info.damage().count());
      json.writeBooleanField("intact", info.isIntact());
      json.writeNumberField("sealed_seq", seals.sealedSeq());
      json.writeStringField("public_key", seals.publicKey());
      json.writeNumberField("key_epoch", seals.keyEpoch());
      json.writeBooleanField("key_overdue", seals.isKeyOverdue());
      json.writeNumberField("seal_records", seals.policy().records());
      json.writeNumberField("seal_interval_ns", seals.policy().intervalNs());
      json.writeArrayFieldStart("recordings");
      for (Recording recording : facts.recordings()) {
        recording(json, recording);
      }
      json.writeEndArray();
      json.writeObjectFieldStart("kinds");
      for (Map.Entry<Kind, Long> entry : KindCounts.mostFirst(info.kinds())) {
        json.writeNumberField(entry.getKey().word(), entry.getValue());
      }
      json.writeEndObject();
      json.writeObjectFieldStart("changes");
      counts(json, facts.exactness().sum());
      json.writeObjectFieldStart("kinds");
      for (Map.Entry<Kind, Exactness.Count> each : facts.exactness().blindFirst()) {
        json.writeObjectFieldStart(each.getKey().word());
        counts(json, each.getValue());
        json.writeEndObject();
      }
      json.writeEndObject();
      json.writeEndObject();
      json.writeArrayFieldStart("gaps");
      for (JournalFacts.Gap gap : facts.gaps()) {
        json.writeStartObject();
        json.writeNumberField("seq", gap.seq());
        json.writeStringField("lost", gap.gap().lost());
        json.writeNumberField("count", gap.gap().count());
        json.writeStringField("from", utc(gap.gap().fromNs()));
        json.writeStringField("to", utc(gap.gap().toNs()));
        json.writeStringField("reason", gap.gap().reason());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    return text + "\n";
  }

  private static void counts(JsonGenerator json, Exactness.Count count) throws IOException {
    json.writeNumberField("events", count.all());
    json.writeNumberField("at_their_moment", count.exact());
    json.writeNumberField("as_read", count.read());
    json.writeNumberField("only_by_a_look", count.looked());
    json.writeNumberField("inferred", count.inferred());
  }

  private static void recording(JsonGenerator json, Recording recording) throws IOException {
    json.writeStartObject();
    json.writeNumberField("first_seq", recording.firstSeq());
    json.writeNumberField("last_seq", recording.lastSeq());
    json.writeStringField("from", utc(recording.firstWallNs()));
    json.writeStringField("to", utc(recording.lastWallNs()));
    DmEvent.RecordingStopped stopped = recording.stopped();
    json.writeBooleanField("stopped", stopped != null);
    if (stopped != null && !stopped.backlog().equals(UeventBacklog.UNKNOWN)) {
      UeventBacklog backlog = stopped.backlog();
      json.writeNumberField("queue_max_bytes", backlog.queueMaxBytes());
      json.writeNumberField("queue_size_bytes", backlog.queueSizeBytes());
      json.writeNumberField("ring_max_bytes", backlog.ringMaxBytes());
      json.writeNumberField("ring_size_bytes", backlog.ringSizeBytes());
    }
    DmEvent.RecordingStarted started = recording.started();
    if (started != null) {
      json.writeStringField("boot_id", started.bootId());
      json.writeStringField("previous_boot_id", started.previousBootId());
      json.writeStringField("host", started.host());
      json.writeStringField("kernel", started.kernel());
      json.writeStringField("driver", started.driver());
      json.writeStringField("version", started.version());
    }
    json.writeEndObject();
  }

  private static String utc(long wallNs) {
    return TimeSpec.format(wallNs, ZoneOffset.UTC);
  }
}
