package dmrec.query;

import dmrec.target.Cache;
import dmrec.target.Clone;
import dmrec.target.DevNo;
import dmrec.target.Integrity;
import dmrec.target.Mirror;
import dmrec.target.Multipath;
import dmrec.target.Raid;
import dmrec.target.Ratio;
import dmrec.target.Snapshot;
import dmrec.target.Striped;
import dmrec.target.Target;
import dmrec.target.TargetStatus;
import dmrec.target.Thin;
import dmrec.target.ThinPool;
import dmrec.target.Verity;
import dmrec.target.Writecache;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a target's status says, fact by fact: states, sync and usage, and not what moves with every
 * request, as bytes in flight.
 */
final class StatusFacts {
  /** What a fact's value is. */
  enum Type {
    TEXT,
    NUMBER,
    BOOLEAN
  }

  /**
   * One fact.
   *
   * @param name stable, in snake case
   * @param of the device or the group that it is about ({@code 8:16}, {@code 2}); empty for the
   *     target as a whole
   */
  record Fact(String name, String of, Type type, String value) {}

  private final List<Fact> facts = new ArrayList<>();

  private StatusFacts() {}

  static List<Fact> of(Target target) {
    return of(TargetStatus.parse(target.type(), target.status()));
  }

  static List<Fact> of(TargetStatus status) {
    StatusFacts facts = new StatusFacts();
    if (status instanceof Multipath multipath) {
      facts.multipath(multipath);
    } else if (status instanceof Mirror mirror) {
      facts.mirror(mirror);
    } else if (status instanceof Raid raid) {
      facts.raid(raid);
    } else if (status instanceof Snapshot snapshot) {
      facts.text("state", word(snapshot.state()));
      facts.ratio("sectors", snapshot.usage());
      if (snapshot.usage() != null) {
        facts.number("metadata_sectors", snapshot.metadataSectors());
      }
    } else if (status instanceof ThinPool pool) {
      facts.pool(pool);
    } else if (status instanceof Thin thin) {
      facts.text("state", thin.isUsable() ? "usable" : thin.highest());
      if (thin.isUsable()) {
        facts.number("mapped_sectors", thin.mappedSectors());
      }
    } else if (status instanceof Cache cache) {
      facts.cache(cache);
    } else if (status instanceof Striped striped) {
      for (int i = 0; i < striped.stripes().size(); i++) {
        facts.about(
            "stripe_state",
            striped.stripes().get(i).toString(),
            striped.hadError(i) ? "failed" : "alive");
      }
    } else if (status instanceof Verity verity) {
      facts.flag("corrupted", verity.corrupted());
    } else if (status instanceof Integrity integrity) {
      facts.number("mismatches", integrity.mismatches());
      if (!integrity.recalculating().isEmpty()) {
        facts.text("recalculating", integrity.recalculating());
      }
    } else if (status instanceof Clone clone) {
      facts.text("mode", clone.modeWord());
      facts.ratio("hydrated_regions", clone.usage() == null ? null : clone.usage().hydrated());
    } else if (status instanceof Writecache writecache) {
      facts.number("error", writecache.error());
      facts.number("blocks", writecache.blocks());
      facts.number("free_blocks", writecache.freeBlocks());
      facts.number("writeback_blocks", writecache.writebackBlocks());
    } else if (!status.text().isBlank()) {
      facts.text("status", status.text());
    }
    return List.copyOf(facts.facts);
  }

  private void multipath(Multipath multipath) {
    long paths = multipath.groups().stream().mapToLong(group -> group.paths().size()).sum();
    number("valid_paths", multipath.validPaths());
    number("paths", paths);
    flag("queueing", multipath.queueIo());
    number("next_group", multipath.currentGroup());
    for (int i = 0; i < multipath.groups().size(); i++) {
      Multipath.Group group = multipath.groups().get(i);
      about("group_state", Integer.toString(i + 1), word(group.state()));
      for (Multipath.Path path : group.paths()) {
        String dev = path.device().toString();
        about("path_state", dev, path.failed() ? "failed" : "active");
        facts.add(new Fact("path_failures", dev, Type.NUMBER, Long.toString(path.failCount())));
      }
    }
  }

  private void mirror(Mirror mirror) {
    ratio("in_sync_regions", mirror.sync());
    for (int i = 0; i < mirror.legs().size(); i++) {
      about("leg_state", mirror.legs().get(i).toString(), word(mirror.legHealth(i)));
    }
    DevNo log = mirror.logDevice();
    about("log_state", log == null ? mirror.logType() : log.toString(), word(mirror.logState()));
  }

  private void raid(Raid raid) {
    text("raid_type", raid.raidType());
    ratio("in_sync_sectors", raid.sync());
    if (!raid.action().isEmpty()) {
      text("action", raid.action());
      number("mismatches", raid.mismatches());
    }
    for (int i = 0; i < raid.health().length(); i++) {
      about("leg_state", Integer.toString(i), word(raid.deviceHealth(i)));
    }
  }

  private void pool(ThinPool pool) {
    text("mode", pool.modeWord());
    ThinPool.Usage usage = pool.usage();
    if (usage != null) {
      ratio("data_blocks", usage.data());
      ratio("metadata_blocks", usage.metadata());
      number("transaction_id", usage.transactionId());
      flag("needs_check", usage.needsCheck());
      text("no_space", usage.noSpace());
    }
  }

  private void cache(Cache cache) {
    text("mode", cache.modeWord());
    Cache.Usage usage = cache.usage();
    if (usage != null) {
      text("io_mode", cache.ioMode());
      ratio("cache_blocks", usage.cache());
      ratio("metadata_blocks", usage.metadata());
      number("dirty_blocks", usage.dirtyBlocks());
      flag("needs_check", usage.needsCheck());
    }
  }

  /** Both numbers; nothing where the kernel could not tell. */
  private void ratio(String what, @Nullable Ratio ratio) {
    if (ratio != null) {
      number(what, ratio.part());
      number(what + "_total", ratio.whole());
    }
  }

  private void text(String name, String value) {
    about(name, "", value);
  }

  private void about(String name, String of, String value) {
    facts.add(new Fact(name, of, Type.TEXT, value));
  }

  private void number(String name, long value) {
    facts.add(new Fact(name, "", Type.NUMBER, Long.toString(value)));
  }

  private void flag(String name, boolean value) {
    facts.add(new Fact(name, "", Type.BOOLEAN, Boolean.toString(value)));
  }

  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
