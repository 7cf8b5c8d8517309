package dmrec.cli;

import dmrec.console.Standpoint;
import dmrec.query.Moment;
import dmrec.query.TimeSpec;
import dmrec.query.TopologyAt;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The stack that a command with {@code --at} is asked about. */
final class Past {
  private Past() {}

  /**
   * Folds the journal up to a moment, and says on stderr what the answer cannot tell.
   *
   * @param at the argument of {@code --at}; null for the moment of the console, and outside of one
   *     for the end of the journal
   */
  static TopologyAt at(Host host, Path journal, @Nullable String at) throws IOException {
    Moment moment = at == null ? here(host, journal) : Times.parse(host, "--at", at);
    TopologyAt past = TopologyAt.of(journal, moment);
    if (past.isBeforeJournal()) {
      throw Failure.of(
          past.firstWallNs() == 0
              ? journal + " holds no record yet; start 'dmrec record' or name another journal"
              : "nothing is known of "
                  + at
                  + ": "
                  + journal
                  + " begins at "
                  + TimeSpec.format(past.firstWallNs(), host.clock().getZone()));
    }
    if (past.stoppedNs() != 0 && at != null) {
      host.note(
          "nothing was recorded at that time; this is the stack as of "
              + TimeSpec.format(past.stoppedNs(), host.clock().getZone())
              + ", when the recording before it ended");
    }
    return past;
  }

  /** The moment of the console, where it is of this journal; else null. */
  private static @Nullable Moment here(Host host, Path journal) {
    Standpoint here = host.standpoint();
    return here == null || here.seq() == 0 || !here.journal().equals(journal)
        ? null
        : new Moment.AtSeq(here.seq());
  }
}
