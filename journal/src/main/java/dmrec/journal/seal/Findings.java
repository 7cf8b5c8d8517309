package dmrec.journal.seal;

import dmrec.journal.Finding;
import java.util.ArrayList;
import java.util.List;

/** What a verification has found, each between the good seals around it. One thread. */
final class Findings {
  private static final int KEPT = 10_000;

  private final List<Finding> closed = new ArrayList<>();

  /** Those whose next good seal is not known yet. */
  private final List<Finding> open = new ArrayList<>();

  private Finding.Seal sealed = Finding.Seal.NONE;
  private String file = "";
  private long more;

  /** Which file is looked at from here on. */
  void in(String name) {
    file = name;
  }

  /** Takes what is found in the file that is looked at. */
  void tell(Finding.Kind kind, long offset, long first, long last, long wallNs, String text) {
    tell(kind, file, offset, first, last, wallNs, text);
  }

  void tell(
      Finding.Kind kind,
      String name,
      long offset,
      long first,
      long last,
      long wallNs,
      String text) {
    if (closed.size() + open.size() >= KEPT) {
      more++;
      return;
    }
    open.add(new Finding(kind, name, offset, first, last, wallNs, sealed, Finding.Seal.NONE, text));
  }

  /** A good seal: what was found before it lies before it. */
  void sealed(Finding.Seal by) {
    for (Finding f : open) {
      closed.add(
          new Finding(
              f.kind(),
              f.file(),
              f.offset(),
              f.firstSeq(),
              f.lastSeq(),
              f.wallNs(),
              f.before(),
              by,
              f.text()));
    }
    open.clear();
    sealed = by;
  }

  /** The last good seal. */
  Finding.Seal sealed() {
    return sealed;
  }

  /** All that are kept, in the order in which they were found. */
  List<Finding> all() {
    List<Finding> all = new ArrayList<>(closed);
    all.addAll(open);
    return all;
  }

  /** How many were found and not kept. */
  long more() {
    return more;
  }
}
