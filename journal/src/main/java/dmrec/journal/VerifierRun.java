package dmrec.journal;

import dmrec.event.Bytes;
import dmrec.event.DmEvent;
import dmrec.event.Kind;
import dmrec.journal.FileWalk.Found;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One verification: all files once, oldest first. One thread. */
final class VerifierRun {
  private static final int KEPT_FINDINGS = 10_000;

  /** What a writer may add to an interval beyond what its policy says. */
  private static final int SLACK_EVENTS = 64;

  private static final long SLACK_NS = 30_000_000_000L;
  private static final long PROGRESS_BYTES = 4 << 20;

  private record Entry(Path path, @Nullable FileHeader header) {
    String name() {
      return JournalFolder.nameOf(path);
    }
  }

  private final Path folder;
  private final List<Path> files;
  private final @Nullable Bytes given;
  private final JournalVerifier.Progress progress;
  private final List<Finding> findings = new ArrayList<>();
  private final Interval interval = new Interval();
  private final IntervalJudge judge = new IntervalJudge(interval, this::tell);

  /** Those whose next good seal is not known yet. */
  private final List<Finding> open = new ArrayList<>();

  private long more;
  private String fileName = "";
  private Finding.Seal sealed = Finding.Seal.NONE;
  private KeyTrail keys = new KeyTrail(new UUID(0, 0), null, this::tell);
  private boolean isFirst = true;
  private boolean isFound;
  private long number;
  private boolean isJoined;
  private SealPolicy policy = SealPolicy.NEVER;

  /** The chain's last value. */
  private Bytes value = Chain.ZERO;

  /** The last number of what was judged; -1 where it is not known. */
  private long judgedSeq = -1;

  private long judgedWallNs;
  private long firstSeq;
  private long lastSeq;
  private long lastWallNs;
  private int lastKind;
  private long events;
  private long doneBytes;
  private long totalBytes;
  private long toldAtBytes;

  /** The first file's header, where files before it are gone and no event has said so yet. */
  private @Nullable FileHeader unexplained;

  private String unexplainedFile = "";
  private boolean explained;
  private long explainedSeq;
  private String removedUpTo = "";

  VerifierRun(
      Path folder, List<Path> files, @Nullable Bytes given, JournalVerifier.Progress progress) {
    this.folder = folder;
    this.files = files;
    this.given = given;
    this.progress = progress;
  }

  private void tell(
      Finding.Kind kind, long offset, long first, long last, long wallNs, String text) {
    tell(kind, fileName, offset, first, last, wallNs, text);
  }

  private void tell(
      Finding.Kind kind,
      String file,
      long offset,
      long first,
      long last,
      long wallNs,
      String text) {
    if (findings.size() + open.size() >= KEPT_FINDINGS) {
      more++;
      return;
    }
    open.add(new Finding(kind, file, offset, first, last, wallNs, sealed, Finding.Seal.NONE, text));
  }

  /** A good seal, or the end: what was found before it lies before it. */
  private void close(Finding.Seal after) {
    for (Finding f : open) {
      findings.add(
          new Finding(
              f.kind(),
              f.file(),
              f.offset(),
              f.firstSeq(),
              f.lastSeq(),
              f.wallNs(),
              f.before(),
              after,
              f.text()));
    }
    open.clear();
  }

  Verification run() throws JournalException {
    FileWalk.End end =
        files.isEmpty() ? new FileWalk.End(0, false) : FileWalk.endOf(files.get(files.size() - 1));
    List<Entry> entries = inOrder(readable());
    for (Path path : files) {
      totalBytes += sizeOf(path);
    }
    for (Entry entry : entries) {
      boolean isLast = entry.path().equals(files.get(files.size() - 1));
      file(entry, isLast ? end : null);
    }
    tail(null, true);
    explain();
    keys.end();
    close(Finding.Seal.NONE);
    if (!isFound && events == 0 && !files.isEmpty() && entries.size() == files.size()) {
      throw JournalFolder.notJournal(folder, "no file in it begins as one of dmrec");
    }
    return new Verification(
        folder,
        files.size(),
        events,
        firstSeq,
        lastSeq,
        lastWallNs,
        doneBytes,
        sealed,
        keys.root().equals(Chain.ZERO) ? "" : SigningKey.text(keys.root()),
        given != null,
        keys.epochs(),
        List.copyOf(findings),
        more,
        JournalVerifier.notProved(
            keys.root(),
            given != null,
            sealed.seq(),
            lastSeq,
            lastKind == Kind.RECORDING_STOPPED.code()));
  }

  private static long sizeOf(Path path) throws JournalException {
    try {
      return Files.size(path);
    } catch (IOException e) {
      throw new JournalException(Reasons.cannot("look at", path, e), e);
    }
  }

  // Which files there are.

  private List<Entry> readable() throws JournalException {
    List<Entry> entries = new ArrayList<>();
    for (Path path : files) {
      FileHeader header = FileWalk.headerOf(path);
      if (header != null && header.formatVersion() > RecordLayout.FORMAT_VERSION) {
        tell(
            Finding.Kind.FILE_UNREADABLE,
            JournalFolder.nameOf(path),
            0,
            0,
            0,
            0,
            "written in format "
                + header.formatVersion()
                + ", which this dmrec does not read; use a later one");
        continue;
      }
      entries.add(new Entry(path, header));
    }
    return entries;
  }

  /** The files of this journal in the order of their numbers; others are told. */
  private List<Entry> inOrder(List<Entry> entries) {
    UUID journal = journalOf(entries);
    keys = new KeyTrail(journal, given, this::tell);
    List<Entry> own = new ArrayList<>();
    Set<Long> numbers = new HashSet<>();
    long highest = 0;
    for (Entry entry : entries) {
      FileHeader header = entry.header();
      if (header != null && !header.journal().equals(journal)) {
        tell(
            Finding.Kind.FILE_OF_ANOTHER_JOURNAL,
            entry.name(),
            -1,
            0,
            0,
            0,
            "it belongs to journal " + header.journal() + ", this is " + journal);
        continue;
      }
      if (header != null && !numbers.add(header.number())) {
        tell(
            Finding.Kind.FILE_DUPLICATED,
            entry.name(),
            -1,
            header.firstSeq(),
            header.firstSeq(),
            header.wallMaxNs(),
            "it is file " + header.number() + " of the journal, which is here already");
        continue;
      }
      if (header == null || header.number() > highest) {
        highest = header == null ? highest : header.number();
        own.add(entry);
        continue;
      }
      tell(
          Finding.Kind.FILE_ORDER,
          entry.name(),
          -1,
          header.firstSeq(),
          header.firstSeq(),
          header.wallMaxNs(),
          "it is file "
              + header.number()
              + " of the journal, but by its name it stands behind file "
              + highest);
      insert(own, entry, header.number());
    }
    return own;
  }

  private static void insert(List<Entry> own, Entry entry, long number) {
    int at = own.size();
    for (int i = own.size() - 1; i >= 0; i--) {
      FileHeader header = own.get(i).header();
      if (header != null && header.number() > number) {
        at = i;
      }
    }
    own.add(at, entry);
  }

  /** The journal that most files belong to; of two, that of the last file. */
  private static UUID journalOf(List<Entry> entries) {
    Map<UUID, Integer> counts = new HashMap<>();
    UUID most = new UUID(0, 0);
    for (Entry entry : entries) {
      FileHeader header = entry.header();
      if (header != null) {
        int count = counts.merge(header.journal(), 1, Integer::sum);
        most = count >= counts.getOrDefault(most, 0) ? header.journal() : most;
      }
    }
    return most;
  }

  // One file.

  private void file(Entry entry, FileWalk.@Nullable End end) throws JournalException {
    FileHeader header = entry.header();
    tail(header, false);
    fileName = entry.name();
    if (header != null) {
      join(header);
    } else {
      // What the header would say; what is wrong with it is told by the seals.
      value = interval.value(value, 0, interval.count());
      judgedSeq = lastSeq > 0 ? lastSeq : -1;
      judgedWallNs = lastWallNs;
      number++;
    }
    interval.clear();
    boolean begun = false;
    long before = doneBytes;
    try (FileWalk walk =
        new FileWalk(
            CycleFile.open(entry.path()), false, end == null ? Long.MAX_VALUE : end.position())) {
      for (Found found = walk.next(); found != null; found = walk.next()) {
        frame(walk, found);
        if (found == Found.QUEUE) {
          continue;
        }
        if (!begun) {
          begun = true;
          begin(walk, found);
        }
        document(walk, found);
        doneBytes = before + walk.position();
        if (doneBytes - toldAtBytes >= PROGRESS_BYTES) {
          toldAtBytes = doneBytes;
          progress.at(doneBytes, totalBytes);
        }
      }
      doneBytes = before + walk.position();
      if (end == null ? walk.isCut() : end.isCut()) {
        tell(
            Finding.Kind.CUT_OFF,
            walk.position(),
            lastSeq + 1,
            lastSeq + 1,
            lastWallNs,
            "cut off: more was written behind this than can be read");
      }
    }
    if (!begun) {
      tell(Finding.Kind.DAMAGED, 0, 0, 0, 0, "nothing in it is a document of dmrec");
    }
    isFirst = false;
  }

  private void frame(FileWalk walk, Found found) {
    boolean event = found == Found.EVENT;
    long seq = event ? RecordLayout.longAt(walk.bytes(), walk.at() + RecordLayout.SEQ) : 0;
    if (walk.isFrameDamaged() || found == Found.QUEUE) {
      tell(
          Finding.Kind.FRAME_DAMAGED,
          walk.offset(),
          seq,
          seq,
          lastWallNs,
          found == Found.QUEUE
              ? "a part of the queue's own is damaged"
              : "the frame of a sound document is damaged: " + walk.fault());
    }
    if (walk.isPaddingChanged()) {
      tell(
          Finding.Kind.PADDING_CHANGED,
          walk.offset(),
          seq,
          seq,
          lastWallNs,
          "expected zeros behind the document, found others");
    }
  }

  /** The first document of a file. */
  private void begin(FileWalk walk, Found found) {
    FileHeader header = found == Found.HEADER ? walk.header() : null;
    if (header != null) {
      keys.header(header, walk.offset());
    } else if (found != Found.DAMAGED) {
      tell(Finding.Kind.MISSING, walk.offset(), 0, 0, 0, "the file's header is missing");
    }
  }

  /** Whether a file is the one behind the file before. */
  private void join(FileHeader header) {
    isFound = true;
    policy = header.seals();
    if (isFirst) {
      first(header);
    } else if (isJoined && header.number() > number + 1) {
      tell(
          Finding.Kind.FILE_MISSING,
          0,
          Math.min(lastSeq + 1, header.firstSeq()),
          Math.max(lastSeq, header.firstSeq() - 1),
          lastWallNs,
          (header.number() == number + 2
                  ? "the file before this one is missing"
                  : header.number() - number - 1 + " files before this one are missing")
              + ": this is file "
              + header.number()
              + ", the one before it here is file "
              + number);
    }
    value = header.link();
    judgedSeq = header.firstSeq() - 1;
    judgedWallNs = header.wallMaxNs();
    number = header.number();
    isJoined = true;
  }

  private void first(FileHeader header) {
    if (header.number() > 1) {
      unexplained = header;
      unexplainedFile = fileName;
    } else if (!header.link().equals(Chain.ZERO)) {
      tell(
          Finding.Kind.FILE_REPLACED,
          0,
          header.firstSeq(),
          header.firstSeq(),
          0,
          "it says it is the first file, but not that it begins behind nothing");
    }
  }

  private void document(FileWalk walk, Found found) throws JournalException {
    byte[] bytes = walk.bytes();
    int at = walk.at();
    if (found == Found.EVENT) {
      events++;
      long seq = RecordLayout.longAt(bytes, at + RecordLayout.SEQ);
      firstSeq = firstSeq == 0 ? seq : firstSeq;
      lastSeq = Math.max(lastSeq, seq);
      lastWallNs = RecordLayout.longAt(bytes, at + RecordLayout.WALL_NS);
      lastKind = RecordLayout.shortAt(bytes, at + RecordLayout.KIND);
      if (lastKind == Kind.FILES_REMOVED.code() && unexplained != null) {
        removed(walk, unexplained, seq);
      }
    }
    Note note = found == Found.NOTE ? Note.at(bytes, at) : null;
    SealNote seal = note == Note.SEAL ? SealNote.decode(bytes, at) : null;
    if (seal != null) {
      seal(seal, walk.offset());
    } else if (note == Note.SEAL) {
      tell(
          Finding.Kind.CHANGED,
          walk.offset(),
          0,
          0,
          lastWallNs,
          "a seal with a right checksum that is none");
    } else if (note == Note.KEYS) {
      List<KeysNote.Certificate> certificates = KeysNote.decode(bytes, at);
      if (certificates == null) {
        tell(
            Finding.Kind.CERTIFICATE_WRONG,
            walk.offset(),
            0,
            0,
            lastWallNs,
            "certificates with a right checksum that are none");
      } else {
        keys.certificates(certificates, walk.offset(), isFirst);
      }
    }
    interval.add(walk, found);
  }

  private void seal(SealNote seal, long offset) {
    judge.behind(value, judgedSeq, judgedWallNs);
    boolean good = judge.isSealed(seal);
    tooMany(interval);
    good &= keys.seal(seal, offset);
    value = seal.value();
    judgedSeq = seal.seq();
    judgedWallNs = seal.wallNs();
    interval.clear();
    if (good) {
      Finding.Seal now = new Finding.Seal(seal.seq(), seal.wallNs());
      close(now);
      sealed = now;
    }
  }

  /** Seals that are gone, where nothing else was said of that. */
  private void tooMany(Interval unsealed) {
    if (judge.told() == 0
        && policy.records() > 0
        && unsealed.events() > (long) policy.records() + SLACK_EVENTS) {
      tell(
          Finding.Kind.SEAL_ABSENT,
          unsealed.offset(0),
          0,
          0,
          unsealed.wallNs(0),
          unsealed.events()
              + " events without a seal, where one is due every "
              + policy.records()
              + ": seals were removed");
    }
  }

  /** What a file holds behind its last seal. */
  private void tail(@Nullable FileHeader next, boolean isEnd) {
    if (isFirst) {
      return;
    }
    judge.behind(value, judgedSeq, judgedWallNs);
    int waiting = interval.events();
    long from = waiting == 0 ? 0 : Math.max(judgedSeq + 1, 1);
    long to = judge.lastSeq();
    if (next != null && isJoined && next.number() == number + 1) {
      if (judge.isLinked(next.link(), next.firstSeq())) {
        if (waiting > 0 && policy.records() > 0) {
          tell(
              Finding.Kind.SEALED_LATER,
              -1,
              from,
              to,
              lastWallNs,
              "a recorder was killed here: what it had not sealed was sealed only when the next"
                  + " file began");
        }
      }
      tooMany(interval);
      return;
    }
    judge.unsealed(0, interval.count(), -1);
    tooMany(interval);
    if (isEnd && policy.records() > 0) {
      if (policy.intervalNs() > 0 && interval.spanNs() > policy.intervalNs() + SLACK_NS) {
        tell(
            Finding.Kind.SEAL_ABSENT,
            interval.offset(0),
            from,
            to,
            lastWallNs,
            "events of "
                + interval.spanNs() / 1_000_000_000L
                + " s without a seal, where one is due every "
                + policy.intervalNs() / 1_000_000_000L
                + " s");
      } else if (waiting > 0) {
        tell(
            Finding.Kind.UNFINISHED_TAIL,
            -1,
            from,
            to,
            lastWallNs,
            "not sealed yet, or the recorder was killed here");
      }
    }
  }

  // Retention.

  private void removed(FileWalk walk, FileHeader first, long seq) {
    try {
      if (walk.decoder().decode(walk.bytes(), walk.at(), walk.length()).event()
          instanceof DmEvent.FilesRemoved e) {
        boolean whole = e.lastSeq() == first.firstSeq() - 1 && e.link().equals(first.link());
        // A recorder that was killed while it removed several leaves some of them.
        boolean part =
            e.firstSeq() < first.firstSeq() && first.firstSeq() <= e.lastSeq() && e.firstSeq() > 0;
        if (whole || part) {
          explained = true;
          explainedSeq = seq;
          removedUpTo = e.lastFile();
          unexplained = null;
        }
      }
    } catch (MalformedException e) {
      return; // Told by those who read it.
    }
  }

  private void explain() {
    FileHeader first = unexplained;
    if (first != null) {
      tell(
          Finding.Kind.FILE_MISSING,
          unexplainedFile,
          0,
          1,
          first.firstSeq() - 1,
          first.wallMaxNs(),
          first.number() == 2
              ? "the first file is missing, and no event says that retention removed it"
              : "the first "
                  + (first.number() - 1)
                  + " files are missing, and no event says that retention removed them");
    } else if (explained) {
      tell(
          Finding.Kind.REMOVED_BY_RETENTION,
          "",
          -1,
          0,
          0,
          0,
          "retention removed the files up to "
              + removedUpTo
              + ", as #"
              + explainedSeq
              + " says"
              + (explainedSeq > sealed.seq() ? ", which is not sealed yet" : ""));
    }
  }
}
