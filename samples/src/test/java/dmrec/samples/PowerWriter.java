package dmrec.samples;

import dmrec.event.Bytes;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Source;
import dmrec.journal.JournalOptions;
import dmrec.journal.JournalWriter;
import dmrec.journal.SealPolicy;
import dmrec.journal.SigningKey;
import dmrec.journal.SyncPolicy;
import dmrec.target.DevNo;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The writer whose disk loses its power: runs in the guest, one process for all cuts, as a Java
 * start there takes seconds.
 *
 * <p>Commands on stdin, with an answer of one line each: {@code warm FOLDER}, {@code key FILE
 * PUBLIC}, {@code write FOLDER SYNC KEY ACKS RAN fresh|again PER_DAY} (answered behind the first
 * event), {@code stop}, {@code quit}. A writer that does not end is left behind, as it can do no
 * harm: its disk is gone.
 */
final class PowerWriter {
  private static final long FIRST_WALL_NS = 1_772_334_725_000_000_000L;
  private static final long DAY_NS = 86_400_000_000_000L;

  /** So many events, then a pause: a few thousand a second. */
  private static final int BURST = 16;

  private static final long PAUSE_NS = 4_000_000L;
  private static final int DEVICES = 4;
  private static final int LONG_EVERY = 61;
  private static final int LONG_BYTES = 3000;

  /** How long a writer may take to see that its disk is gone. */
  private static final long PATIENCE_MS = 300;

  private static final int WARM_EVENTS = 150;
  private static final int WARM_PER_DAY = 60;

  private final String[] words;
  private final long perDay;
  private final long events;
  private final PrintStream out;
  private final StringBuilder acks = new StringBuilder();
  private final StringBuilder ran = new StringBuilder();
  private boolean answered;
  private volatile boolean stopped;
  private volatile long index;

  private PowerWriter(String[] words, long index, long events, PrintStream out) {
    this.words = words;
    this.perDay = Long.parseLong(words[7]);
    this.index = index;
    this.events = events;
    this.out = out;
  }

  /**
   * The event of that index in the stream.
   *
   * @param perDay how many events a day has: each day begins a file
   */
  static EventRecord event(long index, long perDay) {
    int device = (int) (index % DEVICES);
    DeviceRef ref =
        new DeviceRef(new DevNo(254, device), 1 + device, "mpath" + device, "mpath-uuid" + device);
    DevNo path = new DevNo(8, 16 * (int) (index / DEVICES % 4));
    DmEvent event;
    if (index < DEVICES) {
      event = new DmEvent.DeviceCreated(false, false);
    } else if (index % LONG_EVERY == 0) {
      event = new DmEvent.Uevent("change", 0, List.of(), index, false);
    } else if (index / DEVICES % 2 == 0) {
      event = new DmEvent.PathFailed(path, "sd" + path.minor(), 3, index);
    } else {
      event = new DmEvent.PathReinstated(path, "sd" + path.minor(), 4, index);
    }
    String evidence =
        "change@/devices/virtual/block/dm-" + device + "\0ACTION=change\0INDEX=" + index + "\0";
    if (index % LONG_EVERY == 0) {
      evidence += "x".repeat(LONG_BYTES);
    }
    long ns = index * (DAY_NS / perDay);
    return EventRecord.of(event)
        .at(FIRST_WALL_NS + ns, ns)
        .source(Source.UEVENT)
        .device(ref)
        .evidence(Bytes.of(evidence))
        .build();
  }

  public static void main(String[] args) throws Exception {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    long index = 0;
    for (String line = in.readLine(); line != null && !line.equals("quit"); line = in.readLine()) {
      String[] words = line.split(" ", 0);
      if (words[0].equals("warm")) {
        out.println(warm(Path.of(words[1])));
      } else if (words[0].equals("key")) {
        out.println(makeKey(Path.of(words[1]), Path.of(words[2])));
      } else {
        index = words[6].equals("fresh") ? 0 : index;
        PowerWriter writer = new PowerWriter(words, index, Long.MAX_VALUE, out);
        Thread thread = new Thread(writer::write, "writer");
        thread.setDaemon(true);
        thread.start();
        in.readLine();
        writer.stopped = true;
        thread.join(PATIENCE_MS);
        // What may have got a number without being acknowledged is not used again.
        index = writer.save() + BURST;
        out.println("ended");
      }
    }
    System.exit(0);
  }

  private static String makeKey(Path file, Path publicKey) throws IOException {
    SigningKey key = SigningKey.create(file, 3 * DAY_NS, FIRST_WALL_NS);
    Files.writeString(publicKey, key.publicKey() + "\n");
    return "made";
  }

  /** Classes are loaded and compiled before a disk is cut. */
  private static String warm(Path folder) throws IOException {
    long began = System.nanoTime();
    Files.createDirectories(folder);
    makeKey(folder.resolve("key"), folder.resolve("public-key"));
    String[] words =
        "write %s 100ms/1000 %s - - fresh %d"
            .formatted(folder.resolve("journal"), folder.resolve("key"), WARM_PER_DAY)
            .split(" ", 0);
    PrintStream nowhere = new PrintStream(PrintStream.nullOutputStream());
    new PowerWriter(words, 0, WARM_EVENTS, nowhere).write();
    new PowerWriter(words, WARM_EVENTS, WARM_EVENTS + 1, nowhere).write();
    return "warm after " + (System.nanoTime() - began) / 1_000_000 + " ms";
  }

  /** Writes what was acknowledged so far; the index that comes next. */
  private synchronized long save() throws IOException {
    Files.writeString(Path.of(words[4]), acks);
    Files.writeString(Path.of(words[5]), ran);
    return index;
  }

  private synchronized void say(String what, @Nullable Throwable why) {
    ran.append(System.nanoTime()).append(' ').append(what);
    for (Throwable each = why; each != null; each = each.getCause()) {
      ran.append(": ").append(each);
    }
    ran.append('\n');
  }

  private synchronized void acknowledged(long seq) {
    acks.append(index).append(' ').append(seq).append(' ').append(System.nanoTime()).append('\n');
    index++;
  }

  private void answer(String text) {
    if (!answered) {
      answered = true;
      out.println(text);
    }
  }

  private void write() {
    say("opens", null);
    try {
      JournalOptions options =
          JournalOptions.usual()
              .with(sync(words[2]))
              .with(new SealPolicy(50, 0))
              .with(words[3].equals("-") ? null : SigningKey.read(Path.of(words[3])))
              .withNotices(line -> say("notice " + line, null));
      try (JournalWriter writer = JournalWriter.open(Path.of(words[1]), options)) {
        say("opened " + writer.lastSeq(), null);
        while (!stopped && index < events) {
          EventRecord event = event(index, perDay);
          long seq = writer.append(event);
          acknowledged(seq);
          answer("begun");
          if (index % BURST == 0) {
            LockSupport.parkNanos(PAUSE_NS);
          }
        }
        say("stopped", null);
      }
      say("closed", null);
    } catch (Throwable e) {
      say("failed", e);
      answer("failed");
    }
  }

  private static SyncPolicy sync(String word) {
    return switch (word) {
      case "always" -> SyncPolicy.ALWAYS;
      case "os" -> SyncPolicy.OS;
      default -> SyncPolicy.DEFAULT;
    };
  }
}
