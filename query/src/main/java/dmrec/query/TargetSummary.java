package dmrec.query;

import dmrec.event.KernelText;
import dmrec.query.StackTree.Span;
import dmrec.query.StackTree.Style;
import dmrec.target.Integrity;
import dmrec.target.Mirror;
import dmrec.target.Multipath;
import dmrec.target.Raid;
import dmrec.target.Snapshot;
import dmrec.target.Striped;
import dmrec.target.Target;
import dmrec.target.TargetStatus;
import dmrec.target.Thin;
import dmrec.target.ThinPool;
import dmrec.target.Verbatim;
import dmrec.target.Verity;
import dmrec.topology.TopologyView;
import java.util.ArrayList;
import java.util.List;

/** A target and how it does, in one line. */
final class TargetSummary {
  private TargetSummary() {}

  static List<Span> line(Target target, TargetStatus status, TopologyView topology) {
    List<Span> line = new ArrayList<>();
    line.add(new Span(KernelText.printable(target.type()), Style.PLAIN));
    line.add(
        new Span(
            " " + Sizes.ofSectors(target.lengthSectors()) + " at " + target.startSector(),
            Style.DETAIL));
    List<Span> state = state(status, topology);
    if (!state.isEmpty()) {
      line.add(new Span(": ", Style.PLAIN));
      line.addAll(state);
    }
    return line;
  }

  private static List<Span> state(TargetStatus status, TopologyView topology) {
    if (status instanceof Multipath multipath) {
      return multipath(multipath);
    }
    if (status instanceof Mirror mirror) {
      return mirror(mirror, topology);
    }
    if (status instanceof Snapshot snapshot) {
      return List.of(snapshot(snapshot));
    }
    if (status instanceof ThinPool pool) {
      return pool(pool);
    }
    if (status instanceof Thin thin) {
      return List.of(
          thin.isUsable()
              ? plain(Sizes.ofSectors(thin.mappedSectors()) + " mapped")
              : bad(thin.highest().equals("-") ? "NOT IN ITS POOL" : thin.highest()));
    }
    if (status instanceof Raid raid) {
      return raid(raid);
    }
    if (status instanceof Verity verity) {
      return List.of(verity.corrupted() ? bad("CORRUPTED") : good("verified so far"));
    }
    if (status instanceof Integrity integrity) {
      return List.of(
          integrity.mismatches() > 0
              ? bad(integrity.mismatches() + " MISMATCHES")
              : good("no mismatches"));
    }
    if (status instanceof Striped striped) {
      return striped.health().chars().allMatch(c -> c == 'A')
          ? List.of(good(striped.health()))
          : List.of(bad(striped.health() + " STRIPE FAILED"));
    }
    String text = status instanceof Verbatim verbatim ? verbatim.text() : status.text();
    return text.isBlank() ? List.of() : List.of(plain(KernelText.printable(text.strip())));
  }

  private static List<Span> multipath(Multipath multipath) {
    int all = multipath.groups().stream().mapToInt(group -> group.paths().size()).sum();
    int valid = multipath.validPaths();
    List<Span> spans = new ArrayList<>();
    String text = valid + " of " + all + " paths valid";
    spans.add(valid == 0 ? bad("NO PATH LEFT, " + text) : valid < all ? warn(text) : good(text));
    if (multipath.queueIo()) {
      spans.add(warn(", QUEUEING"));
    }
    return spans;
  }

  private static List<Span> mirror(Mirror mirror, TopologyView topology) {
    List<Span> spans = new ArrayList<>();
    String percent = Sizes.percent(mirror.inSync(), mirror.total()) + " in sync";
    spans.add(mirror.inSync() >= mirror.total() ? good(percent) : warn(percent));
    for (int i = 0; i < mirror.legs().size(); i++) {
      Mirror.LegHealth health = mirror.legHealth(i);
      if (health != Mirror.LegHealth.ALIVE) {
        String leg = KernelText.printable(topology.nameOf(mirror.legs().get(i)));
        spans.add(bad(", leg " + leg + " " + words(health)));
      }
    }
    Mirror.LogState log = mirror.logState();
    if (log != Mirror.LogState.ALIVE && log != Mirror.LogState.UNKNOWN) {
      spans.add(bad(", log " + words(log)));
    }
    return spans;
  }

  private static Span snapshot(Snapshot snapshot) {
    if (snapshot.usage() != null) {
      String used = Sizes.percent(snapshot.usage().part(), snapshot.usage().whole()) + " used";
      return snapshot.usage().isComplete() ? warn(used) : good(used);
    }
    return bad(words(snapshot.state()));
  }

  private static List<Span> pool(ThinPool pool) {
    List<Span> spans = new ArrayList<>();
    ThinPool.Mode mode = pool.mode();
    String word = mode == ThinPool.Mode.UNKNOWN ? pool.modeWord() : words(mode);
    spans.add(
        mode == ThinPool.Mode.READ_WRITE ? good("read-write") : bad(KernelText.printable(word)));
    ThinPool.Usage usage = pool.usage();
    if (usage != null) {
      spans.add(
          plain(
              ", data "
                  + Sizes.percent(usage.data().part(), usage.data().whole())
                  + " used, metadata "
                  + Sizes.percent(usage.metadata().part(), usage.metadata().whole())
                  + " used"));
      if (usage.needsCheck()) {
        spans.add(bad(", NEEDS CHECK"));
      }
    }
    return spans;
  }

  private static List<Span> raid(Raid raid) {
    List<Span> spans = new ArrayList<>();
    spans.add(plain(KernelText.printable(raid.raidType()) + " "));
    int failed = 0;
    for (int i = 0; i < raid.health().length(); i++) {
      failed += raid.deviceHealth(i) == Raid.DeviceHealth.DEAD ? 1 : 0;
    }
    String health = KernelText.printable(raid.health());
    spans.add(failed > 0 ? bad(health + " " + failed + " FAILED") : good(health));
    String percent = ", " + Sizes.percent(raid.sync().part(), raid.sync().whole()) + " in sync";
    spans.add(raid.sync().isComplete() ? good(percent) : warn(percent));
    if (!raid.action().isEmpty()) {
      spans.add(plain(", " + KernelText.printable(raid.action())));
    }
    return spans;
  }

  private static String words(Enum<?> constant) {
    return constant.name().replace('_', ' ');
  }

  private static Span plain(String text) {
    return new Span(text, Style.PLAIN);
  }

  private static Span good(String text) {
    return new Span(text, Style.GOOD);
  }

  private static Span warn(String text) {
    return new Span(text, Style.WARN);
  }

  private static Span bad(String text) {
    return new Span(text, Style.BAD);
  }
}
