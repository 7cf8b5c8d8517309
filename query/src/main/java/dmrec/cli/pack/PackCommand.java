package dmrec.cli.pack;

import dmrec.bundle.Bundle;
import dmrec.bundle.Manifest;
import dmrec.bundle.Part;
import dmrec.cli.host.Amounts;
import dmrec.cli.host.Failure;
import dmrec.cli.host.Host;
import dmrec.cli.host.JournalArgument;
import dmrec.cli.host.Times;
import dmrec.cli.host.Version;
import dmrec.cli.host.WholeFile;
import dmrec.event.EventRecord;
import dmrec.event.KernelText;
import dmrec.event.Kind;
import dmrec.journal.EventCursor;
import dmrec.journal.EventQuery;
import dmrec.journal.Journal;
import dmrec.journal.Position;
import dmrec.pack.PackRequest;
import dmrec.pack.PackSurvey;
import dmrec.pack.Packer;
import dmrec.query.EventText;
import dmrec.query.KindCounts;
import dmrec.query.SeqRange;
import dmrec.query.TimeSpec;
import dmrec.report.HtmlReport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "pack",
    description = "Pack a part of a journal into one file that can be attached to a bug report.",
    footer = {
      "",
      "FILE is a zip: README.txt, events.ndjson, the stack before and behind, report.html, and"
          + " manifest.json with the hash of each. The same part of a sealed journal gives the same"
          + " bytes.",
      "Names, UUIDs, WWIDs, serials, host names, and commands, executables and units of processes"
          + " are replaced by tokens that keep the structure, in every field and text. Which is which goes into a file of yours beside FILE, with"
          + " which 'dmrec open --map' puts them back.",
      "TIME is " + TimeSpec.FORMS + ".",
      "Exit code: 0, 1 where some of the journal is damaged or --check finds a word or has one too"
          + " short to search, 2 for wrong usage."
    })
public final class PackCommand implements Callable<Integer> {
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private static final int MAX_NOTE_BYTES = 512 << 10;
  private static final int MAX_LIST_BYTES = 16 << 20;
  private static final int KINDS_SHOWN = 6;

  private final Host host;

  @Mixin private JournalArgument journal = new JournalArgument();

  @Option(
      names = {"-o", "--file"},
      paramLabel = "FILE",
      description =
          "Write to FILE. Default: dmrec-TIME.dmrec here, with the time of the first event.")
  private @Nullable Path file;

  @Option(names = "--force", description = "Replace FILE, and the map beside it, if they exist.")
  private boolean force;

  @Option(names = "--since", paramLabel = "TIME", description = "Nothing before this time.")
  private @Nullable String since;

  @Option(names = "--until", paramLabel = "TIME", description = "Nothing after this time.")
  private @Nullable String until;

  @Option(
      names = "--around",
      paramLabel = "SEQ",
      description = "What happened around this event, as --window says.")
  private @Nullable Long around;

  @Option(
      names = "--window",
      paramLabel = "TIME",
      description = "With --around: so long before and behind it. Default: ${DEFAULT-VALUE}.")
  private String window = "5m";

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      description =
          "Only what has to do with this device: itself, and those under and over it at any moment"
              + " of that time.")
  private String device = "";

  @Option(
      names = "--redact",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Replace names by tokens. On unless --no-redact is given.")
  private boolean redact = true;

  @Option(
      names = "--redact-word",
      paramLabel = "WORD",
      description = "Replace this word too, wherever it stands.")
  private List<String> words = List.of();

  @Option(
      names = "--map",
      paramLabel = "FILE",
      description = "Where which token is which goes. Default: beside FILE, with .PRIVATE.map.")
  private @Nullable Path map;

  @Option(names = "--host-name", description = "Tell the machine's name in the manifest.")
  private boolean hostName;

  @Option(
      names = "--report",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Put in report.html. On unless --no-report is given.")
  private boolean report = true;

  @Option(
      names = "--note",
      paramLabel = "FILE",
      description = "Put in what you say of it: a text in UTF-8, redacted as all else.")
  private @Nullable Path note;

  @Option(
      names = "--check",
      paramLabel = "LIST",
      description =
          "Pack nothing; search the bundle that is given as JOURNAL for each word of this file, one"
              + " a line.")
  private @Nullable Path check;

  public PackCommand(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws IOException {
    if (check != null) {
      return WordSearch.run(host, journal.named(host), words(check));
    }
    try (Journal opened = journal.open(host)) {
      SeqRange range = range(opened);
      PackRequest request =
          new PackRequest(
              range.fromSeq(),
              range.lastSeq(opened),
              device,
              redact,
              words,
              hostName,
              report,
              note(),
              Version.number(),
              PackingHost.facts());
      return pack(new Packer(opened, request));
    }
  }

  private int pack(Packer packer) throws IOException {
    PackSurvey survey = packer.survey();
    if (survey.events() == 0) {
      host.report(packer.damage());
      throw Failure.of(
          device.isEmpty()
              ? "there is no event in that time to pack; 'dmrec info' tells what the journal holds"
              : "there is no device or disk '" + device + "' in that time; see 'dmrec tree'");
    }
    before(survey);
    Path to = file != null ? file : Path.of(named(survey.firstWallNs()));
    Path mapTo = redact ? mapOf(to) : null;
    Path mapPart =
        mapTo == null
            ? null
            : mapTo.resolveSibling(
                "." + mapTo.getFileName() + "." + ProcessHandle.current().pid() + ".part");
    Map<Part, Manifest.Content> parts;
    try (WholeFile whole = WholeFile.begin(to, force)) {
      parts =
          packer.write(
              whole.out(),
              isStream(to) ? Path.of(System.getProperty("java.io.tmpdir")) : folderOf(to));
      if (mapTo != null && mapPart != null) {
        // Whoever has the bundle has its map too.
        packer.map(String.valueOf(to.getFileName())).write(mapPart);
        whole.keep();
        Files.move(mapPart, mapTo, StandardCopyOption.ATOMIC_MOVE);
      } else {
        whole.keep();
      }
    } finally {
      if (mapPart != null) {
        Files.deleteIfExists(mapPart);
      }
    }
    after(to, parts);
    if (mapTo != null) {
      host.note(
          String.format(Locale.ROOT, "%,d names are tokens; ", packer.names())
              + shown(mapTo)
              + " tells which is which: keep it to yourself ('dmrec open "
              + shown(to)
              + " --map "
              + shown(mapTo)
              + "' shows the names)");
    }
    return host.report(packer.damage());
  }

  private SeqRange range(Journal opened) throws IOException {
    Long seq = around;
    if (seq == null) {
      return SeqRange.of(
          opened, Times.parse(host, "--since", since), Times.parse(host, "--until", until));
    }
    if (since != null || until != null) {
      throw Failure.usage("--around: expected neither --since nor --until beside it");
    }
    long halfNs = Amounts.durationNs("--window", window);
    EventRecord middle;
    try (EventCursor events = opened.events(EventQuery.ALL.from(seq).to(seq))) {
      middle = events.next();
      if (middle == null) {
        host.report(events.damage());
      }
    }
    if (middle == null) {
      Journal.Extent extent = opened.extent();
      throw Failure.usage(
          "--around: there is no event #"
              + seq
              + "; the journal holds #"
              + extent.firstSeq()
              + " to #"
              + extent.lastSeq());
    }
    return SeqRange.of(
        opened,
        Position.atTime(middle.wallNs() - halfNs),
        Position.atTime(middle.wallNs() + halfNs));
  }

  private static String named(long wallNs) {
    return "dmrec-"
        + STAMP.format(Instant.ofEpochSecond(Math.floorDiv(wallNs, 1_000_000_000L)))
        + Bundle.SUFFIX;
  }

  /** Where the map goes; nothing but an earlier map is ever replaced by it. */
  private Path mapOf(Path to) throws IOException {
    if (map == null && isStream(to)) {
      throw Failure.usage(to + " is no file to put a map beside; name one with --map");
    }
    Path mapTo = map != null ? map : beside(to);
    if (mapTo.toAbsolutePath().normalize().equals(to.toAbsolutePath().normalize())) {
      throw Failure.usage("--map: expected another file than the bundle, found " + to);
    }
    if (!Files.isDirectory(folderOf(mapTo))) {
      throw Failure.usage(mapTo + ": there is no folder " + folderOf(mapTo));
    }
    if (Files.exists(mapTo)) {
      if (!Files.isRegularFile(mapTo)) {
        throw Failure.usage(mapTo + ": expected a file for the map, found something else");
      }
      if (!force) {
        throw Failure.of(mapTo + " exists; --force replaces it, --map names another");
      }
    }
    return mapTo;
  }

  private static Path beside(Path to) {
    String name = String.valueOf(to.getFileName());
    String stem =
        name.endsWith(Bundle.SUFFIX)
            ? name.substring(0, name.length() - Bundle.SUFFIX.length())
            : name;
    return to.resolveSibling(stem + ".PRIVATE.map");
  }

  private static Path folderOf(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    return folder == null ? file : folder;
  }

  /** Whether it is a pipe or a device, which takes the bytes as they come. */
  private static boolean isStream(Path to) {
    return Files.exists(to) && !Files.isRegularFile(to) && !Files.isDirectory(to);
  }

  private String note() throws IOException {
    return note == null ? "" : text("--note", note, MAX_NOTE_BYTES);
  }

  private static List<String> words(Path list) throws IOException {
    List<String> found = new ArrayList<>();
    for (String line : text("--check", list, MAX_LIST_BYTES).lines().toList()) {
      if (!line.isBlank()) {
        found.add(line.strip());
      }
    }
    if (found.isEmpty()) {
      throw Failure.usage("--check: expected words, one a line, found none in " + list);
    }
    return found;
  }

  private static String text(String option, Path from, int maxBytes) throws IOException {
    if (Files.size(from) > maxBytes) {
      throw Failure.usage(
          option + ": expected at most " + maxBytes + " bytes, found " + Files.size(from));
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(Files.readAllBytes(from)))
          .toString();
    } catch (CharacterCodingException e) {
      throw Failure.of(from + ": expected text in UTF-8, found bytes that are none", e);
    }
  }

  private void before(PackSurvey survey) throws IOException {
    host.note(
        String.format(
            Locale.ROOT,
            "%,d %s of %,d mapped %s, #%d to #%d, %s to %s; %s as JSON",
            survey.events(),
            survey.events() == 1 ? "event" : "events",
            survey.devices(),
            survey.devices() == 1 ? "device" : "devices",
            survey.firstSeq(),
            survey.lastSeq(),
            TimeSpec.format(survey.firstWallNs(), host.clock().getZone()),
            TimeSpec.format(survey.lastWallNs(), host.clock().getZone()),
            EventText.bytes(survey.jsonBytes())));
    List<Map.Entry<Kind, Long>> kinds = KindCounts.mostFirst(survey.kinds());
    List<String> shown = new ArrayList<>();
    for (Map.Entry<Kind, Long> each : kinds.subList(0, Math.min(KINDS_SHOWN, kinds.size()))) {
      shown.add(String.format(Locale.ROOT, "%,d %s", each.getValue(), each.getKey().word()));
    }
    host.note(
        String.join(", ", shown)
            + (kinds.size() > KINDS_SHOWN
                ? ", and " + (kinds.size() - KINDS_SHOWN) + " kinds more"
                : ""));
    if (report && survey.events() > HtmlReport.MOST_EVENTS) {
      host.note(
          String.format(
              Locale.ROOT,
              "report.html is left out: it holds at most %,d events; a shorter time would have it",
              HtmlReport.MOST_EVENTS));
    }
    if (!redact) {
      host.note("nothing is redacted: every name stands in it as it is");
    }
  }

  private void after(Path to, Map<Part, Manifest.Content> parts) throws IOException {
    StringBuilder text = new StringBuilder();
    for (Map.Entry<Part, Manifest.Content> each : new TreeMap<>(parts).entrySet()) {
      text.append(
          String.format(
              Locale.ROOT,
              "  %-22s %10s\n",
              each.getKey().fileName(),
              EventText.bytes(each.getValue().bytes())));
    }
    String told = shown(to) + ": ";
    if (isStream(to)) {
      host.say(told + "packed from\n" + text.toString().stripTrailing());
    } else {
      host.print(told + EventText.bytes(Files.size(to)) + ", packed from\n" + text);
    }
  }

  private static String shown(Path path) {
    return KernelText.printable(path.toString());
  }
}
