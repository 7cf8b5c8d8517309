package dmrec.journal.file;

import dmrec.event.Bytes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The proof that a key belongs to an epoch, from the key of the origin on: at most 31 steps,
 * however many keys there were.
 *
 * <p>Count epochs from the origin. The key of an epoch is certified by that of its parent: the
 * epoch with the lowest bit cleared. So 13 (1101) is reached by 0, 8 (1000), 12 (1100), 13. Each
 * key certifies its children when its own epoch comes, and the children are kept until theirs; what
 * was of use for an epoch that is over is erased, see {@link KeyTree}.
 *
 * @param origin where it begins
 * @param steps from the first key behind the origin to the one that is proved; none for the origin
 */
public record KeyPath(Origin origin, List<Step> steps) {
  /** Epochs count from the origin in so many bits. */
  public static final int LEVELS = 31;

  private static final byte[] WORDS = "dmrec key tree 1".getBytes(StandardCharsets.US_ASCII);
  private static final int FIXED_BYTES = ControlRecord.HEADER_BYTES + 4 + 8 + 8 + 4;

  /**
   * Where the epochs are counted from. Each step signs all of it, so that nobody can give another
   * time to a key.
   *
   * @param epoch 0; later where a key of format 1 had changed before
   * @param sinceNs wall clock of when that epoch began
   * @param epochNs how long an epoch is
   */
  public record Origin(int epoch, long sinceNs, long epochNs) {
    /** Which epoch it is then. */
    public int epochAt(long wallNs) {
      long passed = Math.floorDiv(wallNs - sinceNs, epochNs);
      return epoch + (int) Math.max(0, Math.min(passed, Integer.MAX_VALUE - epoch));
    }

    /** Wall clock of when an epoch begins: its key signs nothing that is earlier. */
    public long startNs(int of) {
      long after = (long) of - epoch;
      return after > (Long.MAX_VALUE - Math.max(0, sinceNs)) / epochNs
          ? Long.MAX_VALUE
          : sinceNs + after * epochNs;
    }

    /** The epoch whose key certifies that of another one, which is not the origin. */
    public int parent(int of) {
      int after = of - epoch;
      return epoch + (after & (after - 1));
    }
  }

  /**
   * The key of an epoch.
   *
   * @param epoch which
   * @param publicKey its key, 32 bytes
   * @param signature by the key of its parent
   */
  public record Step(int epoch, Bytes publicKey, Bytes signature) {
    public static final int BYTES = 4 + Chain.BYTES + SealRecord.SIGNATURE_BYTES;

    public void put(ByteBuffer out) {
      out.putInt(epoch).put(publicKey.buffer()).put(signature.buffer());
    }

    public static Step get(ByteBuffer in) {
      int epoch = in.getInt();
      return new Step(
          epoch,
          ControlRecord.take(in, Chain.BYTES),
          ControlRecord.take(in, SealRecord.SIGNATURE_BYTES));
    }
  }

  /** What the parent's key signs. */
  public static byte[] signedBytes(Origin origin, int epoch, Bytes publicKey) {
    ByteBuffer out =
        ByteBuffer.allocate(WORDS.length + 4 + 8 + 8 + 4 + Chain.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    out.put(WORDS).putInt(origin.epoch()).putLong(origin.sinceNs()).putLong(origin.epochNs());
    out.putInt(epoch).put(publicKey.buffer());
    return out.array();
  }

  /** The epoch whose key is proved. */
  public int epoch() {
    return steps.isEmpty() ? origin.epoch() : steps.get(steps.size() - 1).epoch();
  }

  public byte[] encode(long seq, long wallNs) {
    byte[] control = new byte[FIXED_BYTES + steps.size() * Step.BYTES];
    ByteBuffer out = ControlRecord.body(control);
    out.putInt(origin.epoch()).putLong(origin.sinceNs()).putLong(origin.epochNs());
    out.putInt(steps.size());
    steps.forEach(step -> step.put(out));
    ControlRecord.KEY_PATH.begin(control, seq, wallNs);
    return control;
  }

  /** The path that a proved control record holds; null where it is none. */
  public static @Nullable KeyPath decode(byte[] bytes, int at) {
    ByteBuffer in = ControlRecord.body(bytes, at, FIXED_BYTES);
    if (in == null) {
      return null;
    }
    Origin origin = new Origin(in.getInt(), in.getLong(), in.getLong());
    int count = in.getInt();
    if (origin.epoch() < 0
        || origin.epochNs() <= 0
        || count < 0
        || count > LEVELS
        || in.remaining() != count * Step.BYTES) {
      return null;
    }
    List<Step> steps = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      steps.add(Step.get(in));
    }
    return new KeyPath(origin, List.copyOf(steps));
  }
}
