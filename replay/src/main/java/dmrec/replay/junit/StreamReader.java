package dmrec.replay.junit;

import dmrec.bundle.Bundle;
import dmrec.bundle.EventsImport;
import dmrec.bundle.EventsReader;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.handler.JournalIdentity;
import dmrec.journal.Damage;
import dmrec.journal.EventCursor;
import dmrec.journal.EventQuery;
import dmrec.journal.Journal;
import dmrec.journal.JournalException;
import dmrec.journal.Position;
import dmrec.journal.Snapshot;
import dmrec.topology.Topology;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads what a {@link ReplayJournal} names. */
final class StreamReader {
  /** What can end, and what can begin. */
  private record Bound(long seq, long wallNs) {
    static Bound of(String name, String text, Bound open) {
      if (text.isEmpty()) {
        return open;
      }
      try {
        if (text.startsWith("#")) {
          return new Bound(Long.parseLong(text.substring(1)), open.wallNs);
        }
        Instant time = Instant.parse(text);
        return new Bound(
            open.seq,
            Math.addExact(
                Math.multiplyExact(time.getEpochSecond(), 1_000_000_000L), time.getNano()));
      } catch (NumberFormatException | DateTimeException | ArithmeticException e) {
        throw new IllegalArgumentException(
            name + ": expected a number as #812 or a time as 2026-03-01T03:12:05Z, found " + text,
            e);
      }
    }
  }

  private interface Records {
    @Nullable EventRecord next() throws IOException;
  }

  private final String name;
  private final Set<Kind> kinds;
  private final Bound from;
  private final Bound to;

  /** A reader of what the annotation's values of these names say. */
  StreamReader(String name, Set<Kind> kinds, String from, String to) {
    this.name = name;
    this.kinds = kinds;
    this.from = Bound.of("from", from, new Bound(Long.MIN_VALUE, Long.MIN_VALUE));
    this.to = Bound.of("to", to, new Bound(Long.MAX_VALUE, Long.MAX_VALUE));
  }

  /**
   * Reads it.
   *
   * @param beside resources are looked for beside this class
   */
  ReplayedStream read(Class<?> beside) throws IOException {
    Path path = Path.of(name);
    if (!Files.exists(path)) {
      URL resource = beside.getResource(name);
      if (resource == null) {
        resource = beside.getResource("/" + name);
      }
      if (resource == null) {
        throw new IOException(
            "there is no "
                + path.toAbsolutePath()
                + ", and no resource "
                + name
                + " beside "
                + beside.getName()
                + " or at the root of the class path");
      }
      if (!resource.getProtocol().equals("file") && name.endsWith(Bundle.SUFFIX)) {
        return bundleOf(resource);
      } else if (!resource.getProtocol().equals("file")) {
        try (EventsReader events = EventsReader.of(name, resource.openStream())) {
          return select(new Topology(), events::next);
        }
      }
      try {
        path = Path.of(resource.toURI());
      } catch (URISyntaxException e) {
        throw new IOException(resource + " is no path", e);
      }
    }
    if (Files.isDirectory(path)) {
      return journal(path);
    }
    if (Bundle.isOne(path)) {
      return bundle(path);
    }
    try (EventsReader events = EventsReader.open(path)) {
      return select(new Topology(), events::next);
    }
  }

  private ReplayedStream journal(Path path) throws IOException {
    try (Journal journal = Journal.open(path)) {
      long before;
      try (EventCursor events = journal.events(EventQuery.ALL.from(from.seq).since(from.wallNs))) {
        EventRecord first = events.next();
        before = first == null ? journal.seqAt(Position.END) : first.seq() - 1;
      }
      Snapshot start = journal.at(Position.atSeq(before));
      expectNone(start.damage());
      try (EventCursor events = journal.events(EventQuery.ALL.from(before + 1).to(to.seq))) {
        return select(
            start.topology(),
            () -> {
              EventRecord next = events.next();
              expectNone(events.damage());
              return next;
            });
      }
    }
  }

  /** A test on events of which some are missing would prove nothing. */
  private static void expectNone(Damage damage) throws JournalException {
    if (!damage.isNone()) {
      throw new JournalException(String.join("; ", damage.messages()));
    }
  }

  private ReplayedStream bundle(Path path) throws IOException {
    try (Bundle bundle = Bundle.open(path);
        EventsReader events = bundle.events()) {
      return select(bundle.start(EventsImport.Change.NONE), events::next);
    }
  }

  /** A zip is read from its end, so it has to be a file. */
  private ReplayedStream bundleOf(URL resource) throws IOException {
    Path copy = Files.createTempFile("dmrec", Bundle.SUFFIX);
    try (InputStream in = resource.openStream()) {
      Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
      return bundle(copy);
    } finally {
      Files.delete(copy);
    }
  }

  private ReplayedStream select(Topology stack, Records records) throws IOException {
    List<EventRecord> selected = new ArrayList<>();
    for (EventRecord r = records.next(); r != null; r = records.next()) {
      if (selected.isEmpty() && (r.seq() < from.seq || r.wallNs() < from.wallNs)) {
        stack.apply(r);
      } else if (r.seq() > to.seq || r.wallNs() > to.wallNs) {
        break;
      } else {
        selected.add(r);
      }
    }
    if (selected.isEmpty()) {
      throw new IllegalArgumentException(
          name + " holds no event between from and to, so nothing would be tested");
    }
    DmEvent.RecordingStarted recording = stack.recording();
    if (recording == null && selected.get(0).event() instanceof DmEvent.RecordingStarted begins) {
      recording = begins;
    }
    JournalIdentity identity =
        new JournalIdentity(
            name,
            recording == null ? "" : recording.host(),
            recording == null ? "" : recording.bootId(),
            recording == null ? "" : recording.kernel(),
            selected.get(0).seq());
    return new ReplayedStream(identity, stack, List.copyOf(selected), kinds);
  }
}
