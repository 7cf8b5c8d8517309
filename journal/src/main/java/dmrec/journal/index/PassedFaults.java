package dmrec.journal.index;

import dmrec.journal.EventQuery;
import dmrec.journal.file.Fault;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a walk passed that may have been asked for, until it is told. One thread. */
final class PassedFaults {
  private final EventQuery query;
  private List<Fault> passed = new ArrayList<>();

  PassedFaults(EventQuery query) {
    this.query = query;
  }

  /** Keeps a fault, if there is one and what is asked for may be lost in it. */
  void add(@Nullable Fault fault) {
    if (fault != null
        && fault.concerns(query.minSeq(), query.maxSeq(), query.minWallNs(), query.maxWallNs())) {
      passed.add(fault);
    }
  }

  /** What was kept since the last call. */
  List<Fault> take() {
    if (passed.isEmpty()) {
      return List.of();
    }
    List<Fault> taken = passed;
    passed = new ArrayList<>();
    return taken;
  }
}
