package dmrec.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dmrec.cli.host.Host;
import dmrec.cli.host.JournalArgument;
import dmrec.cli.host.OutputForm;
import dmrec.event.KernelText;
import dmrec.journal.Finding;
import dmrec.journal.Journal;
import dmrec.journal.Verification;
import dmrec.query.EventText;
import dmrec.query.TimeSpec;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "verify",
    description = "Prove that a journal is what was written, or tell where it is not.",
    footer = {
      "",
      "A recorder may be writing to the journal meanwhile.",
      "Exit code: 0 intact (events that wait for their seal and files that retention removed"
          + " included), 1 damaged or changed, 2 for wrong usage."
    })
final class Verify implements Callable<Integer> {
  private static final int SHOWN = 100;

  private final Host host;

  @Mixin private JournalArgument journal = new JournalArgument();

  @Option(
      names = "--key",
      paramLabel = "PUBLIC",
      description =
          "The public key that its seals must be signed with (ed25519:..., as 'dmrec key new'"
              + " printed it), or a file that holds it.")
  private @Nullable String key;

  @Option(
      names = "--output",
      paramLabel = "FORM",
      description = "text or json. Default: ${DEFAULT-VALUE}.")
  private OutputForm output = OutputForm.TEXT;

  @Option(names = "--utc", description = "Times in UTC instead of local time.")
  private boolean utc;

  Verify(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws IOException {
    Path path = journal.path(host);
    ProgressBar bar = new ProgressBar(host);
    long beganNs = System.nanoTime();
    Verification verification;
    try {
      verification = Journal.verify(path, key, bar::show);
    } finally {
      bar.clear();
    }
    long tookNs = System.nanoTime() - beganNs;
    ZoneId zone = utc ? ZoneOffset.UTC : host.clock().getZone();
    host.print(
        output == OutputForm.JSON ? json(verification, tookNs) : text(verification, tookNs, zone));
    return verification.isIntact() ? 0 : 1;
  }

  static String text(Verification v, long tookNs, ZoneId zone) {
    StringBuilder text = new StringBuilder();
    line(text, "journal", KernelText.printable(v.path().toString()));
    line(
        text,
        "read",
        v.files()
            + (v.files() == 1 ? " file, " : " files, ")
            + v.events()
            + " events"
            + (v.events() == 0 ? "" : " (#" + v.firstSeq() + " to #" + v.lastSeq() + ")")
            + ", "
            + EventText.bytes(v.bytes())
            + String.format(Locale.ROOT, ", %.0f MB/s", v.bytes() * 1e3 / Math.max(1, tookNs)));
    line(text, "sealed", seal(v.sealed(), zone, "nothing"));
    line(
        text,
        "signed",
        v.publicKey().isEmpty()
            ? "no"
            : "by "
                + v.publicKey()
                + (v.keyGiven() ? " (the key given)" : " (as the journal says)")
                + ", epoch "
                + v.epochs());
    int shown = 0;
    for (Finding finding : v.findings()) {
      if (shown++ < SHOWN) {
        line(text, finding.isFine() ? "fine" : "WRONG", describe(finding, zone));
      }
    }
    long more = v.moreFindings() + Math.max(0, v.findings().size() - SHOWN);
    if (more > 0) {
      line(text, "", "and " + more + " more findings (--output json)");
    }
    line(text, "result", v.isIntact() ? "intact" : "NOT INTACT");
    String name = "not proved";
    for (String each : v.notProved()) {
      line(text, name, each);
      name = "";
    }
    return text.toString();
  }

  private static String seal(Finding.Seal seal, ZoneId zone, String none) {
    return seal.equals(Finding.Seal.NONE)
        ? none
        : "up to #" + seal.seq() + " at " + TimeSpec.format(seal.wallNs(), zone);
  }

  private static String describe(Finding f, ZoneId zone) {
    StringBuilder text = new StringBuilder();
    if (!f.file().isEmpty()) {
      text.append(KernelText.printable(f.file()));
      text.append(f.offset() >= 0 ? " at " + f.offset() : "").append(": ");
    }
    if (f.firstSeq() > 0) {
      text.append('#').append(f.firstSeq());
      text.append(f.lastSeq() > f.firstSeq() ? " to #" + f.lastSeq() : "").append(", ");
    }
    if (f.wallNs() > 0) {
      text.append(TimeSpec.format(f.wallNs(), zone)).append(": ");
    }
    text.append(KernelText.printable(f.text()));
    if (!f.isFine()) {
      text.append(" (");
      text.append(
          f.before().seq() == 0 ? "no good seal before" : "good seals: #" + f.before().seq());
      text.append(f.after().seq() == 0 ? ", none behind)" : ", then #" + f.after().seq() + ")");
    }
    return text.toString();
  }

  private static void line(StringBuilder text, String name, String value) {
    text.append(String.format(Locale.ROOT, "%-10s %s\n", name, value));
  }

  private static String json(Verification v, long tookNs) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.writeStartObject();
      json.writeStringField("journal", v.path().toString());
      json.writeBooleanField("intact", v.isIntact());
      json.writeNumberField("files", v.files());
      json.writeNumberField("events", v.events());
      json.writeNumberField("first_seq", v.firstSeq());
      json.writeNumberField("last_seq", v.lastSeq());
      json.writeNumberField("bytes", v.bytes());
      json.writeNumberField("took_ns", tookNs);
      seal(json, "sealed", v.sealed());
      json.writeStringField("public_key", v.publicKey());
      json.writeBooleanField("key_given", v.keyGiven());
      json.writeNumberField("epochs", v.epochs());
      json.writeArrayFieldStart("findings");
      for (Finding f : v.findings()) {
        json.writeStartObject();
        json.writeStringField("kind", f.kind().word());
        json.writeBooleanField("fine", f.isFine());
        json.writeStringField("file", f.file());
        json.writeNumberField("offset", f.offset());
        json.writeNumberField("first_seq", f.firstSeq());
        json.writeNumberField("last_seq", f.lastSeq());
        json.writeStringField("time", f.wallNs() == 0 ? "" : utc(f.wallNs()));
        seal(json, "seal_before", f.before());
        seal(json, "seal_after", f.after());
        json.writeStringField("text", f.text());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeNumberField("more_findings", v.moreFindings());
      json.writeArrayFieldStart("not_proved");
      for (String each : v.notProved()) {
        json.writeString(each);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    return text + "\n";
  }

  private static void seal(JsonGenerator json, String name, Finding.Seal seal) throws IOException {
    json.writeObjectFieldStart(name);
    json.writeNumberField("seq", seal.seq());
    json.writeStringField("time", seal.wallNs() == 0 ? "" : utc(seal.wallNs()));
    json.writeEndObject();
  }

  private static String utc(long wallNs) {
    return TimeSpec.format(wallNs, ZoneOffset.UTC);
  }
}
