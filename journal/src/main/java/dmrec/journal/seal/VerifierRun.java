package dmrec.journal.seal;

import dmrec.event.Bytes;
import dmrec.event.Kind;
import dmrec.journal.Finding;
import dmrec.journal.JournalException;
import dmrec.journal.SigningKey;
import dmrec.journal.Verification;
import dmrec.journal.file.Chain;
import dmrec.journal.file.ControlRecord;
import dmrec.journal.file.CycleFile;
import dmrec.journal.file.DocumentScanner;
import dmrec.journal.file.DocumentScanner.Found;
import dmrec.journal.file.FileHeader;
import dmrec.journal.file.JournalFolder;
import dmrec.journal.file.KeyPath;
import dmrec.journal.file.KeysRecord;
import dmrec.journal.file.RecordLayout;
import dmrec.journal.file.SealRecord;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One verification: all files once, oldest first. One thread. */
public final class VerifierRun {
  private static final long PROGRESS_BYTES = 4 << 20;

  private final Path folder;
  private final List<Path> files;
  private final @Nullable Bytes given;
  private final Verification.Progress progress;
  private final Findings findings = new Findings();
  private final Interval interval = new Interval();
  private final SealChecker judge = new SealChecker(interval, findings);
  private final SealDuty duty = new SealDuty(interval, findings);
  private final RemovedFiles removed = new RemovedFiles(findings);
  private KeyTrail keys = new KeyTrail(new UUID(0, 0), null, findings);
  private boolean isFirst = true;
  private boolean isFound;
  private long number;
  private boolean isJoined;

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

  public VerifierRun(
      Path folder, List<Path> files, @Nullable Bytes given, Verification.Progress progress) {
    this.folder = folder;
    this.files = files;
    this.given = given;
    this.progress = progress;
  }

  public Verification run() throws JournalException {
    End end = files.isEmpty() ? new End(0, false) : endOf(files.get(files.size() - 1));
    FileOrder order = new FileOrder(files, findings);
    List<FileOrder.Entry> entries = order.entries();
    keys = new KeyTrail(order.journal(), given, findings);
    for (Path path : files) {
      totalBytes += JournalFolder.sizeOf(path);
    }
    for (FileOrder.Entry entry : entries) {
      boolean isLast = entry.path().equals(files.get(files.size() - 1));
      file(entry, isLast ? end : null);
    }
    tail(null, true);
    removed.explain();
    keys.end();
    if (!isFound && events == 0 && entries.size() == files.size() && holdsOther()) {
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
        findings.sealed(),
        keys.root().equals(Chain.ZERO) ? "" : SigningKey.text(keys.root()),
        given != null,
        keys.epochs(),
        keys.keyDueNs(),
        findings.all(),
        findings.more(),
        NotProved.texts(
            keys.root(),
            given != null,
            findings.sealed().seq(),
            lastSeq,
            lastKind == Kind.RECORDING_STOPPED.code(),
            keys.setBackTo()));
  }

  /** Whether a file holds anything. */
  private boolean holdsOther() throws JournalException {
    for (Path path : files) {
      if (!CycleFile.isZero(path)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Where the documents end that are there now.
   *
   * @param isCut whether more was written than can be read
   */
  private record End(long position, boolean isCut) {}

  private static End endOf(Path path) throws JournalException {
    try (DocumentScanner scanner = new DocumentScanner(CycleFile.open(path))) {
      Found found = scanner.next(false);
      while (found != null) {
        found = scanner.next(false);
      }
      return new End(scanner.position(), scanner.isCut());
    }
  }

  // One file.

  private void file(FileOrder.Entry entry, @Nullable End end) throws JournalException {
    FileHeader header = entry.header();
    tail(header, false);
    findings.in(entry.name());
    if (header != null) {
      join(header, entry.name());
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
    try (DocumentScanner walk =
        new DocumentScanner(
            CycleFile.open(entry.path()), end == null ? Long.MAX_VALUE : end.position())) {
      for (Found found = walk.next(true); found != null; found = walk.next(true)) {
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
        findings.tell(
            Finding.Kind.CUT_OFF,
            walk.position(),
            lastSeq + 1,
            lastSeq + 1,
            lastWallNs,
            "cut off: more was written behind this than can be read");
      }
    }
    if (!begun) {
      findings.tell(Finding.Kind.DAMAGED, 0, 0, 0, 0, "nothing in it is a document of dmrec");
    }
    isFirst = false;
  }

  private void frame(DocumentScanner walk, Found found) {
    boolean event = found == Found.EVENT;
    long seq = event ? RecordLayout.longAt(walk.bytes(), walk.at() + RecordLayout.SEQ) : 0;
    if (walk.isFrameDamaged() || found == Found.QUEUE) {
      findings.tell(
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
      findings.tell(
          Finding.Kind.PADDING_CHANGED,
          walk.offset(),
          seq,
          seq,
          lastWallNs,
          "expected zeros behind the document, found others");
    }
  }

  /** The first document of a file. */
  private void begin(DocumentScanner walk, Found found) {
    FileHeader header = found == Found.HEADER ? walk.header() : null;
    if (header != null) {
      keys.header(header, walk.offset());
    } else if (found != Found.DAMAGED) {
      findings.tell(Finding.Kind.MISSING, walk.offset(), 0, 0, 0, "the file's header is missing");
    }
  }

  /** Whether a file is the one behind the file before. */
  private void join(FileHeader header, String name) {
    isFound = true;
    duty.under(header.seals());
    if (isFirst) {
      first(header, name);
    } else if (isJoined && header.number() > number + 1) {
      findings.tell(
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

  private void first(FileHeader header, String name) {
    if (header.number() > 1) {
      removed.before(header, name);
    } else if (!header.link().equals(Chain.ZERO)) {
      findings.tell(
          Finding.Kind.FILE_REPLACED,
          0,
          header.firstSeq(),
          header.firstSeq(),
          0,
          "it says it is the first file, but not that it begins behind nothing");
    }
  }

  private void document(DocumentScanner walk, Found found) throws JournalException {
    byte[] bytes = walk.bytes();
    int at = walk.at();
    if (found == Found.EVENT) {
      events++;
      long seq = RecordLayout.longAt(bytes, at + RecordLayout.SEQ);
      firstSeq = firstSeq == 0 ? seq : firstSeq;
      lastSeq = Math.max(lastSeq, seq);
      lastWallNs = RecordLayout.longAt(bytes, at + RecordLayout.WALL_NS);
      lastKind = RecordLayout.shortAt(bytes, at + RecordLayout.KIND);
      removed.event(walk);
    }
    ControlRecord control = found == Found.CONTROL ? ControlRecord.at(bytes, at) : null;
    SealRecord seal = control == ControlRecord.SEAL ? SealRecord.decode(bytes, at) : null;
    if (seal != null) {
      seal(seal, walk.offset());
    } else if (control == ControlRecord.SEAL) {
      findings.tell(
          Finding.Kind.CHANGED,
          walk.offset(),
          0,
          0,
          lastWallNs,
          "a seal with a right checksum that is none");
    } else if (control == ControlRecord.KEY_PATH) {
      KeyPath path = KeyPath.decode(bytes, at);
      if (path == null) {
        findings.tell(
            Finding.Kind.CERTIFICATE_WRONG,
            walk.offset(),
            0,
            0,
            lastWallNs,
            "the path to a key with a right checksum that is none");
      } else {
        keys.path(path, walk.offset());
      }
    } else if (control == ControlRecord.KEYS) {
      List<KeysRecord.Certificate> certificates = KeysRecord.decode(bytes, at);
      if (certificates == null) {
        findings.tell(
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

  private void seal(SealRecord seal, long offset) {
    judge.behind(value, judgedSeq, judgedWallNs);
    boolean good = judge.isSealed(seal);
    duty.tooMany(judge.told() > 0);
    good &= keys.seal(seal, offset);
    value = seal.value();
    judgedSeq = seal.seq();
    judgedWallNs = seal.wallNs();
    interval.clear();
    if (good) {
      findings.sealed(new Finding.Seal(seal.seq(), seal.wallNs()));
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
        duty.sealedLater(from, to, lastWallNs);
      }
      duty.tooMany(judge.told() > 0);
      return;
    }
    judge.unsealed();
    duty.tooMany(judge.told() > 0);
    if (isEnd) {
      duty.atEnd(from, to, lastWallNs);
    }
  }
}
