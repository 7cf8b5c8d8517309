package dmrec.cli.replay;

import dmrec.cli.host.Failure;
import dmrec.cli.host.Host;
import dmrec.cli.host.WholeFile;
import dmrec.event.EventRecord;
import dmrec.event.KernelText;
import dmrec.handler.DmEventHandler;
import dmrec.handler.HandlerException;
import dmrec.handler.HandlerFactory;
import dmrec.replay.Comparison;
import dmrec.replay.ExpectedOutput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that compare what handlers say. */
final class ComparisonOptions {
  @Option(
      names = "--against",
      paramLabel = "HANDLER",
      description =
          "Feed this one too, and tell the first event at which what the two print or throw differs,"
              + " and how often it does after that.")
  private @Nullable String against;

  @Option(
      names = "--expect",
      paramLabel = "FILE",
      description = "Compare what the handler prints and throws with what was stored.")
  private @Nullable Path expect;

  @Option(
      names = "--record-expected",
      paramLabel = "FILE",
      description = "Store what the handler prints and throws, for --expect.")
  private @Nullable Path recordExpected;

  private @Nullable WholeFile stored;
  private @Nullable Comparison comparison;

  /** Whether one of them was given. */
  boolean isAsked() {
    return against != null || expect != null || recordExpected != null;
  }

  /** The other handler's name, where there is one. */
  @Nullable String against() {
    return against;
  }

  /** Refuses what does not go together. */
  void check(long loops, boolean shrinks) {
    if (shrinks && isAsked()) {
      throw Failure.usage(
          "--shrink looks for a failure, and what is compared is none; leave out --against, --expect"
              + " and --record-expected");
    }
    int given = (against == null ? 0 : 1) + (expect == null ? 0 : 1);
    if (given + (recordExpected == null ? 0 : 1) > 1) {
      throw Failure.usage("--against, --expect and --record-expected do not go together; give one");
    }
    if (loops > 1 && against == null && isAsked()) {
      throw Failure.usage("--loop: what is expected is of one turn; leave it out");
    }
  }

  /**
   * A handler that compares.
   *
   * @param handler what --into named
   * @param other what --against named; null where it was not given
   */
  HandlerFactory around(
      HandlerFactory handler,
      @Nullable HandlerFactory other,
      Function<EventRecord, String> renderer) {
    return new HandlerFactory() {
      @Override
      public String name() {
        return handler.name();
      }

      @Override
      public DmEventHandler make() throws HandlerException {
        try {
          Comparison made = compare(handler, other, renderer);
          comparison = made;
          return made;
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    };
  }

  private Comparison compare(
      HandlerFactory handler,
      @Nullable HandlerFactory other,
      Function<EventRecord, String> renderer)
      throws IOException, HandlerException {
    String name = "--into " + handler.name();
    if (other != null) {
      return Comparison.of(
          handler.make(), name, other.make(), "--against " + other.name(), renderer);
    }
    if (expect != null) {
      return Comparison.expecting(ExpectedOutput.open(expect), handler.make(), name, renderer);
    }
    Path file = Objects.requireNonNull(recordExpected);
    if (Files.isRegularFile(file) && !ExpectedOutput.isOne(file)) {
      throw Failure.of(file + " exists and holds something else; name another file");
    }
    WholeFile whole = WholeFile.begin(file, true);
    stored = whole;
    return Comparison.recording(handler.make(), name, whole.out());
  }

  /**
   * Tells what was found.
   *
   * @param complete whether all was fed
   * @return whether there is a difference
   */
  boolean tell(Host host, boolean complete) throws IOException {
    Comparison made = comparison;
    if (made == null) {
      return false;
    }
    WholeFile whole = stored;
    if (whole != null) {
      try (whole) {
        if (complete) {
          whole.keep();
        }
      }
      host.note(
          KernelText.printable(String.valueOf(recordExpected))
              + (complete
                  ? ": " + made.report().strip()
                  : " was not written, as the replay did not come to its end"));
      return false;
    }
    host.print(made.report());
    host.out().flush();
    return made.differs();
  }
}
