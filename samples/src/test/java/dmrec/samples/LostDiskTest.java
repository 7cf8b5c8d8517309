package dmrec.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.target.DevNo;
import dmrec.topology.Device;
import dmrec.topology.Topology;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mirrors of LVM on two multipath maps, and the disk under one of them goes. */
@Order(3)
class LostDiskTest extends RecordedScenario {
  private static final Pattern REMOVAL =
      Pattern.compile("since (\\S+Z) .*disk_removed: disk \\S+ (\\S+) is gone");

  /**
   * What happened, for those who have to find it.
   *
   * @param mirror the volume of dm-mirror that lost a leg
   * @param raid the volume of dm-raid that lost a leg
   * @param map the multipath map under both legs
   * @param disks what was lost: the kernel's names of the map's two paths
   * @param beforeNs when the first of them was about to go
   * @param afterNs when both were gone, for the kernel
   * @param seenNs when the mirrors had lost their legs and all was still
   */
  record Lost(
      String mirror,
      String raid,
      String map,
      List<String> disks,
      long beforeNs,
      long afterNs,
      long seenNs) {
    boolean holds(EventRecord record) {
      return record.wallNs() >= beforeNs
          && record.notBeforeNs() <= seenNs
          && record.wallNs() <= seenNs;
    }
  }

  LostDiskTest() {
    super("lost-disk");
  }

  Lost lost() throws IOException {
    Map<String, String> words = new HashMap<>();
    for (String line : Files.readAllLines(out().resolve("lost"))) {
      String[] parts = line.split(" ", 2);
      words.put(parts[0], parts[1]);
    }
    return new Lost(
        "data-home",
        "data-db",
        Objects.requireNonNull(words.get("map")),
        List.of(Objects.requireNonNull(words.get("disks")).split(" ", 0)),
        Long.parseLong(Objects.requireNonNull(words.get("before_ns"))),
        Long.parseLong(Objects.requireNonNull(words.get("after_ns"))),
        moments().stream()
            .filter(moment -> moment.label().endsWith("-lost"))
            .findFirst()
            .orElseThrow()
            .timeNs());
  }

  @Test
  void dmsetupSaysTheSameOfAJournalThatIsBeingWritten(@TempDir Path folder) throws IOException {
    assertAlikeWhileItIsWritten(folder.resolve("journal"));
  }

  @Test
  void bothPathsOfTheDiskAreRemovedAndNoOtherDisk() throws IOException {
    Lost lost = lost();
    Map<String, DevNo> gone = new HashMap<>();
    for (EventRecord record : events(Kind.DISK_REMOVED)) {
      DmEvent.DiskRemoved event = (DmEvent.DiskRemoved) record.event();
      gone.put(event.name(), event.dev());
      assertTrue(lost.holds(record), record.toString());
    }

    Map<String, DevNo> caused = new HashMap<>();
    for (Cause cause : causes()) {
      if (cause.kinds().contains(Kind.DISK_REMOVED)) {
        caused.put(cause.name(), DevNo.parse(cause.dev()));
      }
    }
    assertEquals(caused, gone);
    assertEquals(2, lost.disks().size());
    assertTrue(gone.keySet().containsAll(lost.disks()));
  }

  @Test
  void theMapLosesItsLastPathAndTheOtherNone() throws IOException {
    Lost lost = lost();
    boolean none = false;
    Set<String> failed = new HashSet<>();
    for (EventRecord record : events(Kind.PATH_FAILED)) {
      DmEvent.PathFailed event = (DmEvent.PathFailed) record.event();
      assertEquals(lost.map(), record.device().name());
      assertTrue(lost.disks().contains(event.disk()), event.toString());
      assertTrue(lost.holds(record), record.toString());
      none |= event.validPaths() == 0;
      failed.add(event.disk());
    }
    assertEquals(Set.copyOf(lost.disks()), failed);
    assertTrue(none);
  }

  @Test
  void theMirrorLosesTheLegThatLiesOnTheMap() throws IOException {
    Lost lost = lost();
    List<EventRecord> failures = events(Kind.MIRROR_LEG_FAILED);
    assertFalse(failures.isEmpty());
    for (EventRecord record : failures) {
      DmEvent.MirrorLegFailed event = (DmEvent.MirrorLegFailed) record.event();
      assertEquals(lost.mirror(), record.device().name());
      assertTrue(lost.holds(record), record.toString());
      assertEquals(lost.map(), under(event.leg(), record));
    }
  }

  @Test
  void theRaidLosesTheLegThatLiesOnTheMap() throws IOException {
    Lost lost = lost();
    List<EventRecord> failures = events(Kind.RAID_LEG_FAILED);
    assertFalse(failures.isEmpty());
    for (EventRecord record : failures) {
      DmEvent.RaidLegFailed event = (DmEvent.RaidLegFailed) record.event();
      assertEquals(lost.raid(), record.device().name());
      assertTrue(lost.holds(record), record.toString());
      Device leg = topologyAt(lost.beforeNs()).deviceNamed(lost.raid() + "_rimage_" + event.leg());
      assertNotNull(leg);
      assertEquals(lost.map(), under(leg.dev(), record));
    }
  }

  /** The name of what the one target of a device lies on. */
  private String under(DevNo dev, EventRecord at) {
    Topology topology = topologyAt(at.wallNs());
    Device device = topology.device(dev);
    assertNotNull(device);
    assertEquals(1, device.dependencies().size());
    return topology.nameOf(device.dependencies().get(0));
  }

  @Test
  void theVolumeGetsAnotherTableWithoutTheLostLeg() throws IOException {
    Lost lost = lost();
    Topology end = topologyAt(Long.MAX_VALUE);
    Device mirror = end.deviceNamed(lost.mirror());
    assertNotNull(mirror);
    assertEquals("linear", mirror.targets().get(0).type());
    assertFalse(lost.map().equals(end.nameOf(mirror.dependencies().get(0))));
  }

  @Test
  void whyNamesTheDisksAndWhenTheyWent() throws IOException {
    Lost lost = lost();
    for (String volume : List.of(lost.mirror(), lost.raid())) {
      Said said =
          dmrec(List.of("why", volume, "-j", journal().toString(), "--at", at(lost.seenNs())));
      assertEquals(0, said.status(), said.err());
      Map<String, Instant> named = new HashMap<>();
      Matcher removal = REMOVAL.matcher(said.out());
      while (removal.find()) {
        named.put(removal.group(2), Instant.parse(removal.group(1)));
      }
      assertEquals(Set.copyOf(lost.disks()), named.keySet(), said.out());
      for (Instant time : named.values()) {
        assertTrue(!time.isBefore(instant(lost.beforeNs())), said.out());
        assertTrue(!time.isAfter(instant(lost.seenNs())), said.out());
      }
      assertTrue(said.out().contains("root cause"), said.out());
    }
  }

  private static Instant instant(long wallNs) {
    return Instant.ofEpochSecond(0, wallNs);
  }
}
