package dmrec.query.dmsetup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.query.LvmName;
import dmrec.query.NameMangling;
import dmrec.query.RawText;
import dmrec.query.Recorded;
import dmrec.query.dmsetup.DmsetupRequest.Columns;
import dmrec.query.dmsetup.DmsetupRequest.DeviceChoice;
import dmrec.target.DevNo;
import dmrec.topology.Topology;
import org.junit.jupiter.api.Test;

/** What the recorded runs do not show. */
class DmsetupPrinterTest {
  private static final String RAW_NAME =
      "The name \"raw name\" should be mangled but it contains blacklisted characters.\n";

  /** A device whose name another program left as it is makes the list unusable, not the others. */
  @Test
  void namesThatShouldBeMangledFailAsInDmsetup() {
    Topology topology = Recorded.load("full").topology();
    Recorded.apply(
        topology,
        new DeviceRef(new DevNo(254, 22), 1, "raw name", ""),
        new DmEvent.DeviceCreated(false, false));
    for (Recorded.Run run : Recorded.load("rawname").runs()) {
      if (run.err().contains("ioctl on") || run.arguments().contains("27")) {
        continue;
      }
      DmsetupResult result = DmsetupPrinter.run(topology, DmsetupArguments.parse(run.arguments()));
      assertEquals(run.err(), result.err(), run.arguments().toString());
      assertEquals(run.out(), RawText.of(result.out().text()), run.arguments().toString());
      assertEquals(run.status(), result.status());
    }
    DmsetupResult table =
        DmsetupPrinter.run(topology, new DmsetupRequest.Deps(DeviceChoice.ALL, false, null, false));
    assertEquals(RAW_NAME + "Command failed.\n", table.err());
  }

  @Test
  void widthOfATerminalCutsTheTree() {
    Topology topology = Recorded.load("full").topology();
    DmsetupResult result =
        DmsetupPrinter.run(topology, new DmsetupRequest.Tree("ascii,uuid", true, 33));
    assertTrue(
        result.out().text().lines().allMatch(line -> line.length() <= 33), result.out().text());
    assertTrue(result.out().text().contains("..."));
  }

  @Test
  void statisticsAreRefusedByName() {
    DmsetupResult result =
        DmsetupPrinter.run(
            new Topology(),
            new DmsetupRequest.Info(
                DeviceChoice.ALL,
                false,
                new Columns("name,read_count", null, null, false, false, false, false)));
    assertEquals(1, result.status());
    assertEquals("Field read_count is about statistics, which are not recorded.\n", result.err());
  }

  @Test
  void unknownFieldsAreRefusedWithTheKnownOnes() {
    DmsetupResult result =
        DmsetupPrinter.run(
            new Topology(),
            new DmsetupRequest.Info(
                DeviceChoice.ALL,
                false,
                new Columns("name,", null, null, false, false, false, false)));
    assertEquals(1, result.status());
    assertTrue(result.err().endsWith("Unrecognised field: \n"), result.err());
    assertTrue(result.err().contains("devnos_used"), result.err());
  }

  @Test
  void manglingIsTheLibrarys() {
    assertEquals("a\\x20b", NameMangling.mangle("a b", "name").text());
    assertEquals("a\\x20b", NameMangling.mangle("a\\x20b", "name").text());
    assertEquals("a b", NameMangling.unmangle("a\\x20b", "name").text());
    assertEquals("a\\zb", NameMangling.unmangle("a\\zb", "name").text());
    assertTrue(NameMangling.mangle("a\\x20 b", "name").complaint().contains("mixed"));
    assertTrue(NameMangling.mangle(" ".repeat(40), "name").complaint().contains("too long"));
  }

  @Test
  void lvmNamesAreSplitAtSingleHyphens() {
    assertEquals(
        new LvmName("LVM", "vg-0", "lv-x", "real"), LvmName.of("LVM-a", "vg--0-lv--x-real"));
    assertEquals(new LvmName("LVM", "vg-", "", ""), LvmName.of("LVM-a", "vg-"));
    assertEquals(new LvmName("mpath", "", "", ""), LvmName.of("mpath-a", "vg-lv"));
    assertEquals(new LvmName("", "", "", ""), LvmName.of("nothing", "vg-lv"));
  }
}
