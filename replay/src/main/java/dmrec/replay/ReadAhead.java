package dmrec.replay;

import dmrec.event.EventRecord;
import dmrec.journal.Damage;
import dmrec.journal.JournalException;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/** Reads a stream on a thread of its own, some batches ahead of who takes them. */
final class ReadAhead implements AutoCloseable {
  private static final int BATCH = 256;
  private static final int BATCHES = 8;

  /** Some events that follow each other, and what was damaged behind them. */
  static final class Batch {
    private final EventRecord[] records = new EventRecord[BATCH];
    private final boolean[] fed = new boolean[BATCH];
    private int size;
    private Damage damage = Damage.NONE;
    private @Nullable Throwable failure;
    private boolean isLast;

    int size() {
      return size;
    }

    EventRecord record(int i) {
      return records[i];
    }

    boolean isFed(int i) {
      return fed[i];
    }

    /** What is damaged behind these events. */
    Damage damage() {
      return damage;
    }

    boolean isLast() {
      return isLast;
    }

    private void add(EventRecord record, boolean isFed) {
      records[size] = record;
      fed[size++] = isFed;
    }
  }

  private final BlockingQueue<Batch> batches = new ArrayBlockingQueue<>(BATCHES);
  private final Recording recording;
  private final boolean whole;
  private final Thread thread;

  ReadAhead(Recording recording, boolean whole) {
    this.recording = recording;
    this.whole = whole;
    thread = new Thread(this::read, "reader");
    thread.setDaemon(true);
    thread.start();
  }

  /** The next batch; none follows the last one. */
  Batch next() throws InterruptedException {
    Batch batch = batches.take();
    Throwable failure = batch.failure;
    if (failure instanceof Error error) {
      throw error;
    } else if (failure != null) {
      throw new IllegalStateException(failure);
    }
    return batch;
  }

  private void read() {
    Batch batch = new Batch();
    try {
      batch = readAll();
    } catch (InterruptedException e) {
      return; // Nobody takes any more.
    } catch (JournalException e) {
      batch.damage = Damage.of(e);
    } catch (RuntimeException | Error e) {
      batch.failure = e;
    }
    batch.isLast = true;
    try {
      batches.put(batch);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Reads up to the end; the last batch is not handed over yet. */
  private Batch readAll() throws JournalException, InterruptedException {
    Batch batch = new Batch();
    Damage known = Damage.NONE;
    try (EventStream stream = recording.open(whole)) {
      while (!Thread.interrupted()) {
        EventRecord record = null;
        boolean isOver = false;
        Damage failure = Damage.NONE;
        try {
          record = stream.next();
          isOver = record == null;
        } catch (JournalException e) {
          failure = Damage.of(e);
        }
        Damage passed = stream.damage();
        if (passed.count() > known.count() || !failure.isNone()) {
          batch.damage = behind(known, passed).and(failure);
          known = passed;
        }
        if (isOver) {
          return batch;
        }
        if (batch.size == BATCH || !batch.damage.isNone()) {
          batches.put(batch);
          batch = new Batch();
        }
        if (record != null && (whole || stream.isFed())) {
          batch.add(record, stream.isFed());
        }
      }
    }
    throw new InterruptedException();
  }

  /** What a stream has passed since it knew of less. */
  private static Damage behind(Damage known, Damage passed) {
    List<String> messages = passed.messages();
    return new Damage(
        passed.count() - known.count(),
        messages.subList(Math.min(known.messages().size(), messages.size()), messages.size()));
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
