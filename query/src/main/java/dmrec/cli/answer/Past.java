package dmrec.cli.answer;

import dmrec.cli.host.Failure;
import dmrec.cli.host.Host;
import dmrec.cli.host.Times;
import dmrec.console.Standpoint;
import dmrec.journal.Journal;
import dmrec.journal.Position;
import dmrec.journal.Snapshot;
import dmrec.query.TimeSpec;
import java.io.IOException;
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
  static Snapshot at(Host host, Journal journal, @Nullable String at) throws IOException {
    return at(host, journal, at, at == null ? here(host, journal) : Times.parse(host, "--at", at));
  }

  /**
   * As {@link #at}, for the argument of {@code --until}: without one the end of the journal,
   * wherever a console stands.
   */
  static Snapshot until(Host host, Journal journal, @Nullable String until) throws IOException {
    return at(host, journal, until, Times.parse(host, "--until", until));
  }

  private static Snapshot at(
      Host host, Journal journal, @Nullable String at, @Nullable Position moment)
      throws IOException {
    Snapshot past = journal.at(moment == null ? Position.END : moment);
    if (past.isBeforeJournal()) {
      Journal.Extent extent = journal.extent();
      boolean isDamaged = host.report(past.damage()) > 0;
      throw Failure.of(
          extent.isEmpty()
              ? journal.folder()
                  + (isDamaged
                      ? " holds no record that can be read; 'dmrec verify' tells more"
                      : " holds no record yet; start 'dmrec record' or name another journal")
              : "nothing is known of "
                  + at
                  + ": "
                  + journal.folder()
                  + " begins at "
                  + TimeSpec.format(extent.firstWallNs(), host.clock().getZone()));
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
  private static @Nullable Position here(Host host, Journal journal) {
    Standpoint here = host.standpoint();
    return here == null || here.seq() == 0 || !here.folder().equals(journal.folder())
        ? null
        : new Position.AtSeq(here.seq());
  }

  /** The wall clock time that is meant: where a record is named, or nothing, that of the state. */
  static long atNs(Host host, Snapshot past, @Nullable String at) {
    return Times.parse(host, "--at", at) instanceof Position.AtTime time
        ? time.wallNs()
        : past.topology().wallNs();
  }

  /**
   * The wall clock time of the argument of {@code --since}; that of a record where it names one.
   */
  static long sinceNs(Host host, Journal journal, String since) throws IOException {
    Position moment = Times.parse(host, "--since", since);
    if (moment instanceof Position.AtTime time) {
      return time.wallNs();
    }
    Snapshot then = journal.at(moment == null ? Position.END : moment);
    return then.isBeforeJournal() ? Long.MIN_VALUE : then.topology().wallNs();
  }
}
