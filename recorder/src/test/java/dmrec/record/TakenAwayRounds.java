package dmrec.record;

import dmrec.event.FullTmpfs;
import dmrec.journal.Account;
import dmrec.journal.ForkedJava;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Does one random thing after the other to the journal of a {@link ChangingStack}, and has it say
 * so each time. In the end, as after each kill, every number that was given is in the journal's
 * folder or counted by a gap there.
 */
final class TakenAwayRounds {
  private static final long PATIENCE_S = 30;

  /** What a file of a writer has at least. */
  private static final long FIRST_BYTES = 256 << 10;

  private static final int OTHER_FOLDERS_KEPT = 3;
  private static final String CHANGED = ".*somebody changed the journal while it was written: .*";

  private final Path home;
  private final Path journal;
  private final @Nullable Path spool;
  private final SplittableRandom random;
  private final long seed;
  private final List<String> done = new ArrayList<>();
  private final BlockingQueue<String> said = new LinkedBlockingQueue<>();
  private Process recorder;
  private Thread reading = new Thread();
  private int children;
  private int aside;

  /** The last number said, and how many events were not kept, all children's. */
  private long seq;

  private long unnumbered;
  private long unnumberedBefore;

  private TakenAwayRounds(Path folder, boolean spooled, long seed) throws Exception {
    this.home = folder.resolve("tmpfs0");
    this.journal = home.resolve("journal");
    this.spool = spooled ? folder.resolve("tmpfs1").resolve("spool") : null;
    this.seed = seed;
    this.random = new SplittableRandom(seed);
    this.recorder = start();
  }

  /** Takes the folder with the file systems, "direct" or "spool", the count of rounds, a seed. */
  public static void main(String[] args) throws Exception {
    TakenAwayRounds rounds =
        new TakenAwayRounds(Path.of(args[0]), args[1].equals("spool"), Long.parseLong(args[3]));
    try {
      for (int i = 0; i < Integer.parseInt(args[2]); i++) {
        rounds.round();
      }
      rounds.end();
      System.out.print("well");
    } finally {
      rounds.recorder.destroyForcibly();
    }
  }

  private Process start() throws Exception {
    Process child =
        new ProcessBuilder(
                ForkedJava.command(
                    List.of("-XX:TieredStopAtLevel=1", "-Xmx256m"),
                    ChangingStack.class,
                    journal.toString(),
                    spool == null ? "-" : spool.toString(),
                    String.valueOf(seed + children++)))
            .redirectErrorStream(true)
            .start();
    said.clear();
    reading = new Thread(() -> read(child));
    reading.start();
    recorder = child;
    unnumberedBefore = unnumbered;
    await("a .*");
    return child;
  }

  private void read(Process child) {
    try (BufferedReader out =
        new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        said.add(line);
      }
    } catch (IOException e) {
      said.add(e.toString());
    }
  }

  /** The next line that says so. */
  private String await(String pattern) throws InterruptedException {
    long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
    while (true) {
      String line = said.poll(Math.max(0, endNs - System.nanoTime()), TimeUnit.NANOSECONDS);
      if (line == null) {
        throw failed("expected " + pattern);
      }
      if (line.startsWith("a ") || line.startsWith("end ")) {
        String[] words = line.split(" ", -1);
        seq = Long.parseLong(words[1]);
        unnumbered = unnumberedBefore + Long.parseLong(words[2]);
      } else {
        done.add("  " + line);
      }
      if (line.matches(pattern)) {
        return line;
      }
    }
  }

  private AssertionError failed(String what) {
    int from = Math.max(0, done.size() - 60);
    return new AssertionError(
        what + ", seed " + seed + ":\n" + String.join("\n", done.subList(from, done.size())));
  }

  /** What was said so far is of before. */
  private void fresh() throws InterruptedException {
    while (!said.isEmpty()) {
      await(".*");
    }
  }

  private List<Path> files(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(file -> file.toString().endsWith(".cq4")).sorted().toList();
    }
  }

  private void round() throws Exception {
    int what = random.nextInt(spool == null ? 12 : 15);
    List<Path> files = files(journal);
    if (files.isEmpty()) {
      Thread.sleep(100);
      return;
    }
    fresh();
    Path last = files.get(files.size() - 1);
    switch (what) {
      case 0 -> {
        say("delete " + last);
        Files.delete(last);
        await(CHANGED);
      }
      case 1 -> {
        if (files.size() > 1) {
          Path older = files.get(random.nextInt(files.size() - 1));
          say("delete the older " + older);
          Files.delete(older);
          await(CHANGED);
        }
      }
      case 2 -> {
        say("delete all");
        for (Path each : files) {
          Files.deleteIfExists(each);
        }
        if (random.nextBoolean()) {
          Files.deleteIfExists(journal.resolve("writer.lock"));
        }
        await(CHANGED);
      }
      case 3 -> {
        say("rename " + last);
        Files.move(last, last.resolveSibling(last.getFileName() + ".old" + aside++));
        await(CHANGED);
      }
      case 4 -> {
        say("rename the folder");
        Files.move(journal, home.resolve("aside" + aside++));
        await(CHANGED);
      }
      case 5 -> {
        say("replace the folder");
        Files.move(journal, home.resolve("aside" + aside++));
        Files.createDirectory(
            journal,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        await(CHANGED);
      }
      case 6 -> {
        say("remove the folder");
        removeAll(journal);
        await(CHANGED);
      }
      case 7 -> {
        say("remove the lock");
        Files.deleteIfExists(journal.resolve("writer.lock"));
        await("! .*writer.lock: was removed or replaced.*");
      }
      case 8 -> cut(last);
      case 9 -> fill();
      case 10 -> {
        say("freeze, delete " + last);
        signal("STOP");
        Files.deleteIfExists(last);
        Thread.sleep(random.nextInt(800));
        signal("CONT");
        await(CHANGED);
      }
      case 11 -> kill();
      default -> spoolRound(what);
    }
    // Both threads are done with it before the next.
    settle();
    tidy();
  }

  private void settle() throws InterruptedException {
    await("a .*");
    if (spool != null) {
      Thread.sleep(400);
    }
    await("a .*");
  }

  private void say(String what) {
    done.add(what);
  }

  private void cut(Path file) throws Exception {
    say("cut " + file);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      // Behind that there may be nothing yet.
      long size = Math.min(channel.size(), FIRST_BYTES);
      channel.truncate(random.nextInt(4) == 0 ? 0 : random.nextLong(size));
    }
    await(CHANGED);
  }

  private void fill() throws Exception {
    say("fill");
    try (FullTmpfs.Filler filler = new FullTmpfs.Filler(home.resolve("other"))) {
      filler.fill();
      Thread.sleep(random.nextInt(600));
      filler.free(0);
    }
    Files.delete(home.resolve("other"));
    Thread.sleep(250);
    // It was full, or not long enough to say so.
    long full = unnumbered;
    await("a .*");
    while (full != unnumbered) {
      full = unnumbered;
      Thread.sleep(250);
      await("a .*");
      await("a .*");
    }
  }

  private void kill() throws Exception {
    say("kill");
    long acknowledged = seq;
    recorder.destroyForcibly();
    recorder.waitFor();
    reading.join();
    fresh();
    acknowledged = Math.max(acknowledged, seq);
    if (spool == null) {
      Account account = Account.of(journal);
      if (account.lastSeq() < acknowledged) {
        throw failed("#" + acknowledged + " was said, the last is #" + account.lastSeq());
      }
      check(account, account.lastSeq());
    }
    start();
  }

  private void spoolRound(int what) throws Exception {
    Path folder = Objects.requireNonNull(spool);
    List<Path> files = files(folder);
    if (files.isEmpty()) {
      return;
    }
    Path last = files.get(files.size() - 1);
    if (what == 12) {
      say("delete " + last);
      Files.delete(last);
    } else if (what == 13) {
      say("remove the spool");
      removeAll(folder);
    } else {
      cut(last);
      return;
    }
    await(CHANGED);
  }

  private void check(Account account, long lastSeq) {
    if (account.events() + account.told() != lastSeq + unnumbered) {
      throw failed(
          account.events()
              + " events are there and "
              + account.told()
              + " are told, of "
              + lastSeq
              + " and "
              + unnumbered
              + " that were not kept");
    }
  }

  private void end() throws Exception {
    fresh();
    recorder.getOutputStream().write('\n');
    recorder.getOutputStream().flush();
    String state = await("end .*").replaceAll(".* ", "");
    if (spool != null) {
      await("moved");
    }
    if (recorder.waitFor() != 0) {
      throw failed("it ended with " + recorder.exitValue());
    }
    reading.join();
    Account account = Account.of(journal);
    check(account, seq);
    if (!state.equals(ChangingStack.state(account.stack()))) {
      throw failed("the journal says " + account.stack().records());
    }
  }

  /** What was put aside takes room; the last of it stays, so that it could be confused. */
  private void tidy() throws IOException {
    Path old = home.resolve("aside" + (aside - OTHER_FOLDERS_KEPT));
    if (Files.exists(old)) {
      removeAll(old);
    }
    try (Stream<Path> all = Files.isDirectory(journal) ? Files.list(journal) : Stream.empty()) {
      for (Path each : all.filter(file -> file.toString().contains(".cq4.old")).toList()) {
        Files.deleteIfExists(each);
      }
    }
  }

  private void signal(String name) throws Exception {
    new ProcessBuilder("kill", "-" + name, String.valueOf(recorder.pid())).start().waitFor();
  }

  /** As rm does, while somebody may write into it. */
  private static void removeAll(Path path) throws IOException {
    while (Files.exists(path)) {
      try (Stream<Path> all = Files.walk(path)) {
        for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(each);
        }
      } catch (IOException | UncheckedIOException e) {
        // Something came or went meanwhile: once more.
      }
    }
  }
}
