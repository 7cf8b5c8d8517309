package dmrec.pack;

import dmrec.bundle.BundleWriter;
import dmrec.bundle.FolderTree;
import dmrec.bundle.Hashed;
import dmrec.bundle.Manifest;
import dmrec.bundle.Part;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventJson;
import dmrec.event.EventRecord;
import dmrec.event.KernelText;
import dmrec.event.Kind;
import dmrec.journal.Damage;
import dmrec.journal.EventCursor;
import dmrec.journal.EventQuery;
import dmrec.journal.Journal;
import dmrec.journal.JournalException;
import dmrec.journal.JournalOptions;
import dmrec.journal.JournalWriter;
import dmrec.journal.Position;
import dmrec.journal.SealBehind;
import dmrec.journal.Snapshot;
import dmrec.query.DeviceText;
import dmrec.query.RelatedDevices;
import dmrec.query.StackTree;
import dmrec.redact.RedactionMap;
import dmrec.redact.Redactor;
import dmrec.report.HtmlReport;
import dmrec.target.DevNo;
import dmrec.topology.Topology;
import dmrec.topology.TopologyView;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Packs a part of a journal: {@link #survey} looks through it, {@link #write} writes it.
 *
 * <p>The journal is read twice and nothing of it is kept in memory but the stack, the names, and
 * the page, which is left out where there are more events than one shows. The same part gives the
 * same bytes, where it is sealed: until then the next seal is not known.
 */
public final class Packer {
  private static final StackTree.Options PLAIN = new StackTree.Options(true, false);

  private final Journal journal;
  private final PackRequest request;
  private final Redactor redactor = new Redactor();
  private Topology start = new Topology();
  private @Nullable RelatedDevices related;
  private @Nullable PackSurvey survey;
  private Damage damage = Damage.NONE;
  private final Set<String> kernels = new LinkedHashSet<>();
  private final Set<String> drivers = new LinkedHashSet<>();
  private final Set<String> recorders = new LinkedHashSet<>();
  private final Set<String> hosts = new LinkedHashSet<>();

  /**
   * Packs.
   *
   * @param journal stays open
   */
  public Packer(Journal journal, PackRequest request) {
    this.journal = journal;
    this.request = request;
  }

  private interface Taker {
    void take(EventRecord record) throws IOException;
  }

  /** Gives the events that are packed, in order. */
  private void read(Taker taker) throws IOException {
    try (EventCursor events = journal.events(EventQuery.ALL.from(request.firstSeq()))) {
      for (EventRecord record = events.next();
          record != null && record.seq() <= request.lastSeq();
          record = events.next()) {
        if (isRelated(record)) {
          taker.take(record);
        }
      }
      damage = damage.and(events.damage());
    }
  }

  /** Whether an event is about what is asked for, or about the recording itself. */
  private boolean isRelated(EventRecord record) {
    DeviceRef about = record.device();
    boolean isOfDevice = !about.isNone() || !about.name().isEmpty();
    return related == null
        || related.find(record) != null
        || !(isOfDevice || record.event() instanceof DmEvent.OfDisk);
  }

  /** What of a stack is asked for. */
  private Topology related(TopologyView whole) {
    Topology part = new Topology();
    for (EventRecord record : whole.records()) {
      if (isRelated(record)) {
        part.restore(record, whole.uncounted(record.device().dev()));
      }
    }
    return part.withSeq(whole.seq());
  }

  /**
   * Looks through all that is to be packed, and learns every name in it.
   *
   * @throws JournalException where the journal cannot be read
   */
  public PackSurvey survey() throws IOException {
    Snapshot before = journal.at(Position.atSeq(request.firstSeq() - 1));
    damage = before.damage();
    start = before.topology();
    request.words().forEach(redactor::learnWord);
    redactor.learnText(request.note());
    redactor.learn(start);
    if (!request.device().isEmpty()) {
      RelatedDevices found = new RelatedDevices(request.device(), start, true);
      // Messages about no device are packed too, and may name those that are left out.
      read(
          record -> {
            redactor.learn(record);
            found.see(record);
          });
      if (found.isEmpty()) {
        return new PackSurvey(0, 0, 0, 0, 0, Map.of(), 0, 0, "");
      }
      related = found;
      start = related(start);
    }
    if (start.recording() != null) {
      learn(start.recording());
    }
    Count count = new Count(start);
    try (Hashed json = new Hashed(OutputStream.nullOutputStream());
        Writer lines = BundleWriter.lines(json)) {
      read(
          record -> {
            count.add(record);
            if (record.event() instanceof DmEvent.RecordingStarted started) {
              learn(started);
            }
            redactor.learn(record);
            EventJson.write(record, lines);
            lines.write('\n');
          });
      lines.flush();
      PackSurvey found = count.with(json.content());
      survey = found;
      return found;
    }
  }

  private boolean hasPage(PackSurvey found) {
    return request.report() && found.events() <= HtmlReport.MOST_EVENTS;
  }

  private void learn(DmEvent.RecordingStarted started) {
    add(kernels, started.kernel());
    add(drivers, started.driver());
    add(recorders, started.version());
    add(hosts, started.host());
  }

  private static void add(Set<String> to, String text) {
    if (!text.isEmpty()) {
      to.add(text);
    }
  }

  /** What could not be read of the journal, and is not in the bundle. */
  public Damage damage() {
    return damage;
  }

  /** Which token stands for which name. */
  public RedactionMap map(String bundleName) throws JournalException {
    PackSurvey found = survey;
    return redactor
        .map()
        .belongingTo(
            bundleName, journal.sealBehind(0).journal(), found == null ? "" : found.jsonSha256());
  }

  /** How many names have tokens. */
  public long names() {
    return request.redact() ? redactor.map().size() : 0;
  }

  /**
   * Writes the bundle, after {@link #survey}.
   *
   * @param folder where what the page needs is kept meanwhile
   * @return the parts and their sizes
   */
  public Map<Part, Manifest.Content> write(OutputStream out, Path folder) throws IOException {
    PackSurvey found = survey;
    if (found == null || found.events() == 0) {
      throw new IllegalStateException("nothing is surveyed");
    }
    Topology begin = request.redact() ? redactor.redact(start) : start;
    Topology stack = begin.copy();
    try (BundleWriter bundle = new BundleWriter(out);
        Copy copy = hasPage(found) ? new Copy(folder, begin, found.firstSeq()) : null) {
      bundle.add(Part.README, Readme.text(request, found, hasPage(found)));
      bundle.add(Part.START_TEXT, o -> o.write(drawn(begin)));
      bundle.add(Part.START, begin);
      bundle.add(Part.EVENTS, o -> events(o, stack, copy));
      bundle.add(Part.END_TEXT, o -> o.write(drawn(stack)));
      bundle.add(Part.END, stack);
      if (!request.note().isEmpty()) {
        bundle.add(Part.NOTE, told(request.note()));
      }
      if (copy != null) {
        try (Journal shown = Journal.open(copy.finish())) {
          bundle.add(Part.REPORT, o -> HtmlReport.write(shown, null, null, title(), o));
        }
      }
      bundle.finish(manifest(found, begin, bundle.files()));
      return Map.copyOf(bundle.files());
    }
  }

  private String title() {
    return "dmrec " + (request.device().isEmpty() ? "journal" : device());
  }

  private String device() {
    if (!request.redact() || request.device().isEmpty()) {
      return request.device();
    }
    DeviceText meant = DeviceText.of(request.device());
    return redactor.redactDevice(meant.text(), meant::isName);
  }

  private void events(OutputStream out, Topology stack, @Nullable Copy copy) throws IOException {
    Writer lines = BundleWriter.lines(out);
    read(
        record -> {
          EventRecord kept = request.redact() ? redactor.redact(record) : record;
          stack.apply(kept);
          EventJson.write(kept, lines);
          lines.write('\n');
          if (copy != null) {
            copy.add(kept);
          }
        });
    lines.flush();
  }

  private long dropped() {
    Redactor.LeftOut left = redactor.leftOut();
    return left.evidence() + left.fields();
  }

  private static byte[] drawn(TopologyView stack) {
    return KernelText.encode(StackTree.draw(stack, PLAIN));
  }

  private Manifest manifest(PackSurvey found, TopologyView begin, Map<Part, Manifest.Content> files)
      throws IOException {
    SealBehind seal = journal.sealBehind(found.lastSeq());
    TreeMap<String, Long> kinds = new TreeMap<>();
    found.kinds().forEach((kind, count) -> kinds.put(kind.word(), count));
    Manifest.Host here = request.here();
    // What the packing machine says is of use only where it is the one that was recorded.
    boolean isHere = !hosts.isEmpty() && here.names().containsAll(hosts);
    boolean isKernel = isHere && !kernels.isEmpty() && here.kernels().containsAll(kernels);
    return new Manifest(
        request.version(),
        new Manifest.Journal(seal.journal(), seal.publicKey(), seal.seq(), seal.value()),
        new Manifest.Window(
            found.firstSeq(), found.lastSeq(), found.firstWallNs(), found.lastWallNs(), device()),
        begin.uncounted(),
        found.events(),
        kinds,
        new Manifest.Host(
            told(kernels),
            told(drivers),
            told(recorders),
            isHere ? told(here.distribution()) : "",
            isKernel ? here.targets() : new TreeMap<>(),
            request.hostNames() ? List.copyOf(hosts) : List.of()),
        new Manifest.Redaction(
            request.redact(),
            names(),
            dropped(),
            // Of what was, it would prove a guess at the names.
            request.redact() ? "" : found.jsonSha256()),
        files);
  }

  private List<String> told(Set<String> texts) {
    return texts.stream().map(this::told).toList();
  }

  private String told(String text) {
    return request.redact() ? redactor.redactText(text) : text;
  }

  /** Counts what is packed. */
  private static final class Count {
    private final Map<Kind, Long> kinds = new EnumMap<>(Kind.class);
    private final Set<DevNo> devices = new HashSet<>();
    private long events;
    private long firstSeq;
    private long lastSeq;
    private long firstWallNs;
    private long lastWallNs;

    Count(TopologyView start) {
      start.devices().forEach(device -> devices.add(device.dev()));
    }

    void add(EventRecord record) {
      if (events++ == 0) {
        firstSeq = record.seq();
        firstWallNs = record.wallNs();
      }
      lastSeq = record.seq();
      lastWallNs = record.wallNs();
      kinds.merge(record.kind(), 1L, Long::sum);
      if (!record.device().isNone()) {
        devices.add(record.device().dev());
      }
    }

    PackSurvey with(Manifest.Content json) {
      return new PackSurvey(
          events,
          firstSeq,
          lastSeq,
          firstWallNs,
          lastWallNs,
          kinds,
          devices.size(),
          json.bytes(),
          json.sha256());
    }
  }

  /** A journal of what is packed, from which the page is made: it shows nothing else. */
  private static final class Copy implements AutoCloseable {
    private final Path folder;
    private final JournalWriter writer;
    private final Thread remover = new Thread(this::remove);

    Copy(Path in, Topology begin, long firstSeq) throws IOException {
      folder = Files.createTempDirectory(in, ".pack");
      Runtime.getRuntime().addShutdownHook(remover);
      try {
        writer = JournalWriter.begin(folder, JournalOptions.usual(), begin.withSeq(firstSeq - 1));
      } catch (JournalException e) {
        remove();
        throw e;
      }
    }

    void add(EventRecord record) throws JournalException {
      writer.append(record);
    }

    Path finish() {
      writer.close();
      return folder;
    }

    @Override
    public void close() {
      writer.close();
      remove();
      try {
        Runtime.getRuntime().removeShutdownHook(remover);
      } catch (IllegalStateException e) {
        // The program is ending, and the hook does the same.
      }
    }

    private void remove() {
      try {
        FolderTree.delete(folder);
      } catch (IOException e) {
        // It is hidden, and holds no more than the bundle.
      }
    }
  }
}
