package dmrec.journal.seal;

import dmrec.event.DmEvent;
import dmrec.event.Kind;
import dmrec.journal.Finding;
import dmrec.journal.file.DocumentScanner;
import dmrec.journal.file.FileHeader;
import dmrec.journal.file.MalformedException;
import dmrec.journal.file.NameResolver;
import dmrec.journal.file.RecordLayout;
import org.jspecify.annotations.Nullable;

/** Whether an event says that retention removed the files before the first one. One thread. */
final class RemovedFiles {
  private final Findings findings;

  /** The first file's header, where files before it are gone and no event has said so yet. */
  private @Nullable FileHeader unexplained;

  private String unexplainedFile = "";
  private boolean explained;
  private long explainedSeq;
  private String removedUpTo = "";

  RemovedFiles(Findings findings) {
    this.findings = findings;
  }

  /** Files before the first one here are gone. */
  void before(FileHeader first, String file) {
    unexplained = first;
    unexplainedFile = file;
  }

  /** Looks at an event, which may say so. */
  void event(DocumentScanner walk) {
    FileHeader first = unexplained;
    if (first != null
        && RecordLayout.shortAt(walk.bytes(), walk.at() + RecordLayout.KIND)
            == Kind.FILES_REMOVED.code()) {
      removed(walk, first);
    }
  }

  private void removed(DocumentScanner walk, FileHeader first) {
    try {
      if (walk.decoder().decode(walk.bytes(), walk.at(), walk.length(), NameResolver.NONE).event()
          instanceof DmEvent.FilesRemoved e) {
        boolean whole = e.lastSeq() == first.firstSeq() - 1 && e.link().equals(first.link());
        // A recorder that was killed while it removed several leaves some of them.
        boolean part =
            e.firstSeq() < first.firstSeq() && first.firstSeq() <= e.lastSeq() && e.firstSeq() > 0;
        if (whole || part) {
          explained = true;
          explainedSeq = RecordLayout.longAt(walk.bytes(), walk.at() + RecordLayout.SEQ);
          removedUpTo = e.lastFile();
          unexplained = null;
        }
      }
    } catch (MalformedException e) {
      return; // Told by those who read it.
    }
  }

  /** Says what came of it, at the end. */
  void explain() {
    FileHeader first = unexplained;
    if (first != null) {
      findings.tell(
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
      findings.tell(
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
              + (explainedSeq > findings.sealed().seq() ? ", which is not sealed yet" : ""));
    }
  }
}
