package dmrec.selftest;

import dmrec.event.EventRecord;
import dmrec.kernel.HostFacts;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Causes every change that it can on devices of its own while a recorder records, and holds the
 * journal against what was done.
 *
 * <p>It touches no device that it did not make, and removes all that it made but a journal that was
 * asked for, also where it fails or the process is told to end. A kernel that has no target of a
 * kind leaves that step out.
 */
public final class SelfTest {
  private final Options options;
  private final Remains remains;
  private final LongSupplier nanoTime;
  private final Consumer<String> progress;

  /**
   * How to test.
   *
   * @param launcher the program {@code dmrec}
   * @param folder where its own folder is made
   * @param journal a new folder for the journal, which stays; null for one that goes with all else
   * @param probes whether the recorder is asked to place probes in the kernel
   */
  public record Options(Path launcher, Path folder, @Nullable Path journal, boolean probes) {}

  /**
   * A test.
   *
   * @param path the user's path of programs
   * @param nanoTime a clock that nobody sets
   * @param progress gets a line on what it does
   */
  public SelfTest(
      Options options, String path, Clock clock, LongSupplier nanoTime, Consumer<String> progress)
      throws IOException {
    this.options = options;
    this.remains =
        new Remains(
            Programs.of(path, clock, nanoTime),
            Remains.expectFolder(options.folder()),
            Path.of("/proc"));
    this.nanoTime = nanoTime;
    this.progress = progress;
  }

  /** Fails where a program is missing; says what an earlier test left, or removes it. */
  public void prepare(boolean cleanUp) throws IOException, InterruptedException {
    remains.programs().expectAll();
    List<String> failed = remains.nameOrRemove(cleanUp, progress);
    if (!failed.isEmpty()) {
      throw new SelfTestException(String.join("\n", failed));
    }
  }

  /** Runs the test. */
  public Report run() throws IOException, InterruptedException {
    long pid = ProcessHandle.current().pid();
    Scratch scratch = new Scratch(remains, pid);
    Thread hook = new Thread(() -> closeAtEnd(scratch), "selftest-clean-up");
    Runtime.getRuntime().addShutdownHook(hook);
    try (scratch) {
      return run(scratch);
    } finally {
      forget(hook);
    }
  }

  private void closeAtEnd(Scratch scratch) {
    try {
      scratch.close();
    } catch (IOException | RuntimeException e) {
      progress.accept(String.valueOf(e.getMessage()));
    }
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // It runs already.
    }
  }

  private Report run(Scratch scratch) throws IOException, InterruptedException {
    scratch.open();
    Path journal = options.journal();
    if (journal == null) {
      journal = scratch.folder().resolve("journal");
    }
    RecorderProcess recorder =
        RecorderProcess.start(
            options.launcher(), scratch.folder(), journal, options.probes(), nanoTime);
    progress.accept("recording; causing changes on devices named " + scratch.name("*"));
    try (RecordedEvents events = RecordedEvents.open(journal, nanoTime)) {
      Stage stage = new Stage(scratch, events, nanoTime);
      List<Outcome> outcomes = new ArrayList<>();
      for (Step step : Steps.all()) {
        run(step, stage, scratch, outcomes);
      }
      String lacks = recorder.lacks();
      recorder.stop();
      List<EventRecord> all = events.all();
      return new Report(
          HostFacts.read().kernelRelease(),
          events.hasProbes(),
          lacks,
          JournalCheck.of(stage.causes(), all, events.hasProbes()),
          outcomes,
          events.losses());
    }
  }

  private static void run(Step step, Stage stage, Scratch scratch, List<Outcome> outcomes)
      throws IOException, InterruptedException {
    try {
      step.action().on(stage);
    } catch (SelfTestException e) {
      String lacking = lacking(step, scratch);
      outcomes.add(
          lacking.isEmpty()
              ? new Outcome(step.title(), String.valueOf(e.getMessage()), false)
              : new Outcome(step.title(), "the kernel has no " + lacking, true));
    }
  }

  /** A target of a step that the kernel does not have; it has loaded what there is by now. */
  private static String lacking(Step step, Scratch scratch)
      throws IOException, InterruptedException {
    Set<String> has =
        scratch
            .run("dmsetup", List.of("targets"))
            .orFail()
            .said()
            .lines()
            .map(line -> line.split(" ", 2)[0])
            .collect(Collectors.toSet());
    return step.targets().stream().filter(type -> !has.contains(type)).findFirst().orElse("");
  }
}
