package dmrec.cli.answer;

import dmrec.cli.host.Failure;
import dmrec.cli.host.Host;
import dmrec.cli.host.Times;
import dmrec.console.Standpoint;
import dmrec.journal.JournalIndex;
import dmrec.query.Moment;
import dmrec.query.TimeSpec;
import dmrec.query.TopologyAt;
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
  static TopologyAt at(Host host, JournalIndex journal, @Nullable String at) throws IOException {
    return at(host, journal, at, at == null ? here(host, journal) : Times.parse(host, "--at", at));
  }

  /**
   * As {@link #at}, for the argument of {@code --until}: without one the end of the journal,
   * wherever a console stands.
   */
  static TopologyAt until(Host host, JournalIndex journal, @Nullable String until)
      throws IOException {
    return at(host, journal, until, Times.parse(host, "--until", until));
  }

  private static TopologyAt at(
      Host host, JournalIndex journal, @Nullable String at, @Nullable Moment moment)
      throws IOException {
    TopologyAt past = TopologyAt.of(journal, moment);
    if (past.isBeforeJournal()) {
      throw Failure.of(
          past.firstWallNs() == 0
              ? journal.folder()
                  + " holds no record yet; start 'dmrec record' or name another journal"
              : "nothing is known of "
                  + at
                  + ": "
                  + journal.folder()
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
  private static @Nullable Moment here(Host host, JournalIndex journal) {
    Standpoint here = host.standpoint();
    return here == null || here.seq() == 0 || !here.journal().equals(journal.folder())
        ? null
        : new Moment.AtSeq(here.seq());
  }

  /** The wall clock time that is meant: where a record is named, or nothing, that of the state. */
  static long atNs(Host host, TopologyAt past, @Nullable String at) {
    return Times.parse(host, "--at", at) instanceof Moment.AtTime time
        ? time.wallNs()
        : past.topology().wallNs();
  }

  /**
   * The wall clock time of the argument of {@code --since}; that of a record where it names one.
   */
  static long sinceNs(Host host, JournalIndex journal, String since) throws IOException {
    Moment moment = Times.parse(host, "--since", since);
    if (moment instanceof Moment.AtTime time) {
      return time.wallNs();
    }
    TopologyAt then = TopologyAt.of(journal, moment);
    return then.isBeforeJournal() ? Long.MIN_VALUE : then.topology().wallNs();
  }
}
