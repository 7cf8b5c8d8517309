package dmrec.bundle;

import dmrec.target.DevNo;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a bundle says of itself.
 *
 * @param dmrec version of the dmrec that wrote it
 * @param journal where it was taken from
 * @param window which part of that
 * @param uncounted for each device how many of its events the stack at the start holds that its
 *     event number does not count; none where that is 0
 * @param events how many events it holds
 * @param kinds how many of each kind, by its name
 * @param host the machine
 * @param redaction what was taken out
 * @param files every other part, by its name
 */
public record Manifest(
    String dmrec,
    Journal journal,
    Window window,
    Map<DevNo, Long> uncounted,
    long events,
    SortedMap<String, Long> kinds,
    Host host,
    Redaction redaction,
    Map<Part, Content> files) {

  /** The format that this program writes, and the newest that it reads. */
  public static final int FORMAT = 1;

  public Manifest {
    uncounted = Collections.unmodifiableMap(new TreeMap<>(uncounted));
    kinds = Collections.unmodifiableSortedMap(new TreeMap<>(kinds));
    files = Collections.unmodifiableMap(new TreeMap<>(files));
  }

  /**
   * The journal.
   *
   * @param id its name, a UUID; empty where it has none
   * @param publicKey the key of epoch 0 that signs it; empty where nobody does
   * @param sealSeq the event up to which the first seal behind the window holds; 0 where the window
   *     is not sealed
   * @param seal that seal's SHA-256, as 64 hexadecimal digits; else empty
   */
  public record Journal(String id, String publicKey, long sealSeq, String seal) {}

  /**
   * The part of it.
   *
   * @param firstSeq number of the first event; of the next one to come where there is none
   * @param lastSeq number of the last event; before {@code firstSeq} where there is none
   * @param firstWallNs wall clock of the first event; 0 where there is none
   * @param lastWallNs wall clock of the last event; 0 where there is none
   * @param device only what has to do with this one; empty for all
   */
  public record Window(
      long firstSeq, long lastSeq, long firstWallNs, long lastWallNs, String device) {}

  /**
   * The machine it was recorded on.
   *
   * @param kernels releases of the kernels, in the order in which they ran
   * @param drivers versions of the device-mapper driver
   * @param recorders versions of the dmrec that recorded
   * @param distribution as os-release tells where it was packed on the same machine; else empty
   * @param targets the target types and their versions, where it was packed on the same kernel
   * @param names the machine's names; none unless they were asked for
   */
  public record Host(
      List<String> kernels,
      List<String> drivers,
      List<String> recorders,
      String distribution,
      SortedMap<String, String> targets,
      List<String> names) {
    public Host {
      kernels = List.copyOf(kernels);
      drivers = List.copyOf(drivers);
      recorders = List.copyOf(recorders);
      targets = Collections.unmodifiableSortedMap(new TreeMap<>(targets));
      names = List.copyOf(names);
    }
  }

  /**
   * What was replaced.
   *
   * @param redacted whether anything may have been
   * @param names how many different names have tokens
   * @param dropped in how many events something was left out that no map brings back
   * @param eventsSha256 of the events, one JSON object a line, where nothing was redacted; else
   *     empty: of what was, it would prove a guess at the names
   */
  public record Redaction(boolean redacted, long names, long dropped, String eventsSha256) {}

  /**
   * One part.
   *
   * @param bytes its size
   * @param sha256 64 hexadecimal digits
   */
  public record Content(long bytes, String sha256) {}

  /** The content of a part; null where it has none. */
  public @Nullable Content file(Part part) {
    return files.get(part);
  }
}
