package dmrec.cli;

import dmrec.bundle.BundleException;
import dmrec.cli.host.Failure;
import dmrec.cli.host.Host;
import dmrec.event.KernelText;
import dmrec.foreign.ForeignException;
import dmrec.journal.JournalException;
import dmrec.kernel.KernelException;
import dmrec.query.filter.FilterLimitException;
import dmrec.record.CaptureException;
import dmrec.redact.RedactionMapException;
import dmrec.report.TooManyEventsException;
import dmrec.selftest.SelfTestException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** Turns what went wrong into one line on stderr and an exit code. */
final class Errors {
  private static final int FAILED = 1;
  private static final int WRONG_USAGE = 2;
  private static final int INTERRUPTED = 130;

  private Errors() {}

  static int report(Host host, Throwable error) {
    if (isBrokenPipe(error)) {
      // The reader has seen enough, as head does.
      return 0;
    }
    if (isInterrupt(error)) {
      // Ctrl-C in the console; whoever pressed it knows.
      return INTERRUPTED;
    }
    if (error instanceof Failure failure) {
      print(host, failure.getMessage(), error);
      return failure.exitCode();
    }
    Throwable cause = error instanceof UncheckedIOException unchecked ? causeOf(unchecked) : error;
    print(host, cause instanceof IOException io ? describe(io) : describeDefect(cause), error);
    return FAILED;
  }

  static int reportUsage(Host host, CommandLine.ParameterException error) {
    String command = error.getCommandLine().getCommandSpec().qualifiedName();
    String hint = "";
    if (error instanceof CommandLine.UnmatchedArgumentException unmatched) {
      List<String> suggestions = unmatched.getSuggestions();
      String first = unmatched.getUnmatched().isEmpty() ? "" : unmatched.getUnmatched().get(0);
      if (!unmatched.isUnknownOption()
          && !error.getCommandLine().getSubcommands().isEmpty()
          && !first.isEmpty()) {
        print(
            host,
            "there is no command '"
                + first
                + "'; the commands are "
                + String.join(", ", error.getCommandLine().getSubcommands().keySet()),
            error);
        return WRONG_USAGE;
      }
      if (!suggestions.isEmpty()) {
        hint = "; did you mean " + String.join(" or ", suggestions.subList(0, 1)) + "?";
      }
    }
    print(host, error.getMessage() + hint + " ('" + command + " --help' shows the usage)", error);
    return WRONG_USAGE;
  }

  private static void print(Host host, @Nullable String message, Throwable error) {
    String text = message == null ? error.toString() : message;
    // Messages may name devices and files, whose bytes must not act on the terminal.
    StringBuilder lines = new StringBuilder("dmrec: ");
    String[] parts = text.split("\n", -1);
    for (int i = 0; i < parts.length; i++) {
      lines.append(i == 0 ? "" : "\n  ").append(KernelText.printable(parts[i]));
    }
    host.err().println(lines);
    if (host.env("DMREC_DEBUG").equals("1")) {
      error.printStackTrace(host.err());
    }
    host.err().flush();
  }

  private static String describe(IOException error) {
    if (error instanceof JournalException
        || error instanceof BundleException
        || error instanceof CaptureException
        || error instanceof ForeignException
        || error instanceof RedactionMapException
        || error instanceof KernelException
        || error instanceof FilterLimitException
        || error instanceof SelfTestException
        || error instanceof TooManyEventsException) {
      return String.valueOf(error.getMessage());
    }
    if (error instanceof FileSystemException file) {
      String what =
          file instanceof NoSuchFileException
              ? "there is no such file or folder"
              : file instanceof AccessDeniedException
                  ? "permission denied; run as its owner or as root"
                  : file.getReason() == null ? "cannot be used" : file.getReason();
      return file.getFile() + ": " + what;
    }
    if (error instanceof FileNotFoundException) {
      return String.valueOf(error.getMessage());
    }
    return "input or output failed: " + error.getMessage();
  }

  private static String describeDefect(Throwable error) {
    return "a defect in dmrec: "
        + error
        + "; please report it with what DMREC_DEBUG=1 adds to this line";
  }

  private static boolean isBrokenPipe(Throwable error) {
    for (Throwable e = error; e != null; e = e.getCause()) {
      if (e instanceof IOException && "Broken pipe".equals(e.getMessage())) {
        return true;
      }
    }
    return false;
  }

  private static boolean isInterrupt(Throwable error) {
    for (Throwable e = error; e != null; e = e.getCause()) {
      if (e instanceof InterruptedException
          || e instanceof InterruptedIOException
          || e instanceof ClosedByInterruptException
          || e instanceof CancellationException) {
        return true;
      }
    }
    return false;
  }

  private static Throwable causeOf(UncheckedIOException error) {
    IOException cause = error.getCause();
    return cause == null ? error : cause;
  }
}
