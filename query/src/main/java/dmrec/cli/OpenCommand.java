package dmrec.cli;

import dmrec.bundle.Bundle;
import dmrec.bundle.EventsImport;
import dmrec.bundle.Manifest;
import dmrec.bundle.Part;
import dmrec.cli.host.Failure;
import dmrec.cli.host.Host;
import dmrec.cli.host.OpenedBundles;
import dmrec.event.KernelText;
import dmrec.query.TimeSpec;
import dmrec.redact.RedactionMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "open",
    description = "Check a bundle from a bug report, tell what it is, and start the console on it.",
    footer = {
      "",
      "FILE may come from anybody: its sizes, hashes and every field are checked before anything is"
          + " believed, it is unpacked into the user's cache under a name of dmrec's own, and"
          + " nothing in it is run. Other commands take FILE wherever they take a journal.",
      "Exit code: 0, 1 where it is no sound bundle, 2 for wrong usage."
    })
final class OpenCommand implements Callable<Integer> {
  private static final int MAX_NOTE_LINES = 40;

  private final Host host;

  @Parameters(paramLabel = "FILE", description = "The bundle.")
  private Path file = Path.of("");

  @Option(
      names = "--map",
      paramLabel = "MAP",
      description = "The reporter's list of names, to put them back for those who have it.")
  private @Nullable Path map;

  @Option(names = "--info", description = "Only check it and tell what it is.")
  private boolean info;

  @Option(names = "--utc", description = "Times in UTC instead of local time.")
  private boolean utc;

  OpenCommand(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws IOException {
    Path journal;
    try (Bundle bundle = Bundle.open(file)) {
      tell(bundle);
      if (map == null) {
        journal = OpenedBundles.journal(host, file, bundle);
      } else {
        RedactionMap names = RedactionMap.read(map);
        expectTheSameJournal(map, names, bundle.manifest());
        EventsImport.Change restore = names::restore;
        journal = OpenedBundles.journal(host, file, bundle, Files.readAllBytes(map), restore);
      }
    }
    return info ? 0 : ConsoleCommands.console(host, journal, utc);
  }

  /** Every map has a {@code vg1}: another's would show names that are not this machine's. */
  private void expectTheSameJournal(Path from, RedactionMap names, Manifest manifest) {
    if (!names.journal().equals(manifest.journal().id())) {
      throw Failure.of(
          from
              + ": expected the map of journal "
              + manifest.journal().id()
              + ", which "
              + file
              + " was packed from, found that of "
              + names.journal()
              + " (written with "
              + names.bundle()
              + ")");
    }
  }

  private void tell(Bundle bundle) throws IOException {
    Manifest m = bundle.manifest();
    Manifest.Window w = m.window();
    StringBuilder text = new StringBuilder();
    line(
        text,
        "events",
        String.format(Locale.ROOT, "%,d, #%d to #%d", m.events(), w.firstSeq(), w.lastSeq())
            + (w.device().isEmpty() ? "" : ", of what has to do with " + w.device()));
    line(text, "from", time(w.firstWallNs()));
    line(text, "to", time(w.lastWallNs()));
    line(text, "kernel", joined(m.host().kernels()));
    line(text, "driver", joined(m.host().drivers()));
    line(text, "system", m.host().distribution());
    line(text, "host", joined(m.host().names()));
    line(text, "recorder", "dmrec " + joined(m.host().recorders()));
    line(
        text,
        "redacted",
        m.redaction().redacted()
            ? String.format(Locale.ROOT, "%,d names are tokens", m.redaction().names())
            : "no: the names are the machine's own");
    line(text, "taken from", "journal " + m.journal().id());
    line(
        text,
        "sealed",
        m.journal().sealSeq() == 0
            ? "not yet when it was packed"
            : "#" + m.journal().sealSeq() + " " + m.journal().seal());
    if (bundle.has(Part.NOTE)) {
      int shown = 0;
      for (String each : bundle.text(Part.NOTE).lines().toList()) {
        if (shown++ == MAX_NOTE_LINES) {
          line(text, "", "... (unzip -p FILE note.txt shows the rest)");
          break;
        }
        line(text, shown == 1 ? "note" : "", each);
      }
    }
    host.print(text.toString());
  }

  private static String joined(List<String> words) {
    return String.join(", ", words);
  }

  private String time(long wallNs) {
    return wallNs == 0
        ? ""
        : TimeSpec.format(wallNs, utc ? ZoneOffset.UTC : host.clock().getZone());
  }

  private static void line(StringBuilder text, String name, String value) {
    if (!value.isBlank()) {
      text.append(String.format(Locale.ROOT, "%-10s %s\n", name, KernelText.printable(value)));
    }
  }
}
