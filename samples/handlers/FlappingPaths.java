import dmrec.event.DmEvent;
import dmrec.handler.ReplayContext;
import dmrec.handler.ReplayedEvent;
import dmrec.handler.TypedHandler;
import dmrec.target.DevNo;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Tells of paths that flap: they fail and come back several times within a while.
 *
 * <p>The time is the recorded one, so that it finds the same paths at any speed:
 *
 * <pre>dmrec replay JOURNAL --into samples/handlers/FlappingPaths.java</pre>
 *
 * <p>-Dflapping.times=2 and -Dflapping.within=PT5M in DMREC_JAVA_OPTS set what counts as flapping.
 */
public class FlappingPaths extends TypedHandler {
  private final int times = Integer.getInteger("flapping.times", 2);
  private final Duration within = Duration.parse(System.getProperty("flapping.within", "PT5M"));

  /** A path of one device; a minor number that is used again has another DISKSEQ. */
  private record PathOf(DevNo dev, long diskSeq, DevNo path) {}

  private final Map<PathOf, Instant> failed = new HashMap<>();
  private final Map<PathOf, Deque<Instant>> returns = new HashMap<>();
  private Clock clock = Clock.systemUTC();
  private PrintStream out = System.out;

  @Override
  public void open(ReplayContext context) {
    clock = context.clock();
    out = context.out();
  }

  /** It needs no topology, which makes it several times as fast. */
  @Override
  public boolean wantsTopology() {
    return false;
  }

  @Override
  protected void pathFailed(DmEvent.PathFailed event, ReplayedEvent at) {
    failed.put(pathOf(at, event.path()), clock.instant());
  }

  @Override
  protected void pathReinstated(DmEvent.PathReinstated event, ReplayedEvent at) {
    PathOf path = pathOf(at, event.path());
    if (failed.remove(path) == null) {
      return; // It was not seen to fail.
    }
    Instant now = clock.instant();
    Deque<Instant> recent = returns.computeIfAbsent(path, p -> new ArrayDeque<>());
    recent.add(now);
    while (recent.getFirst().isBefore(now.minus(within))) {
      recent.removeFirst();
    }
    if (recent.size() >= times) {
      out.printf(
          "%s #%d %s: path %s (%s) is flapping: it failed and came back %d times within %s s%n",
          now, at.seq(), at.device().name(), event.path(), event.disk(), recent.size(),
          Duration.between(recent.getFirst(), now).toSeconds());
    }
  }

  private static PathOf pathOf(ReplayedEvent at, DevNo path) {
    return new PathOf(at.device().dev(), at.device().diskSeq(), path);
  }
}
