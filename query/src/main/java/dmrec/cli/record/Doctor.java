package dmrec.cli.record;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dmrec.cli.host.Host;
import dmrec.cli.host.JournalOption;
import dmrec.cli.host.OutputForm;
import dmrec.event.KernelText;
import dmrec.record.Diagnosis;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "doctor",
    description = "Tell what this kernel and these privileges allow dmrec to record.",
    footer = {
      "",
      "It changes nothing and opens no mapped device.",
      "Exit code: 0 where everything can be recorded, 1 where something cannot."
    })
public final class Doctor implements Callable<Integer> {
  private final Host host;

  @Mixin private JournalOption journal = new JournalOption();

  @Option(
      names = "--output",
      paramLabel = "FORM",
      description = "text or json. Default: ${DEFAULT-VALUE}.")
  private OutputForm output = OutputForm.TEXT;

  public Doctor(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws IOException {
    Path folder = journal.named(host);
    List<Diagnosis.Finding> findings = Diagnosis.of(folder);
    host.print(output == OutputForm.JSON ? json(findings) : text(findings));
    return findings.stream().allMatch(f -> f.verdict() == Diagnosis.Verdict.OK) ? 0 : 1;
  }

  private String text(List<Diagnosis.Finding> findings) {
    StringBuilder text = new StringBuilder();
    for (Diagnosis.Finding finding : findings) {
      text.append(
          String.format(
              "%s %-15s %s%n",
              mark(finding.verdict()), finding.what(), KernelText.printable(finding.found())));
      if (!finding.advice().isEmpty()) {
        text.append(" ".repeat(24)).append(KernelText.printable(finding.advice())).append('\n');
      }
    }
    return text.toString();
  }

  private String mark(Diagnosis.Verdict verdict) {
    String word = String.format(Locale.ROOT, "%-7s", verdict.word());
    if (!host.colour()) {
      return word;
    }
    String colour =
        switch (verdict) {
          case OK -> "32";
          case PARTLY -> "33";
          case MISSING -> "31";
        };
    return "\033[" + colour + "m" + word + "\033[0m";
  }

  private static String json(List<Diagnosis.Finding> findings) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.writeStartArray();
      for (Diagnosis.Finding finding : findings) {
        json.writeStartObject();
        json.writeStringField("what", finding.what());
        json.writeStringField("verdict", finding.verdict().word());
        json.writeStringField("found", finding.found());
        json.writeStringField("advice", finding.advice());
        json.writeEndObject();
      }
      json.writeEndArray();
    }
    return text + "\n";
  }
}
