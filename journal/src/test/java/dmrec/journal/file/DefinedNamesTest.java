package dmrec.journal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.DeviceRef;
import dmrec.event.KernelText;
import dmrec.event.Sha256;
import dmrec.target.DevNo;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** Names stand in definitions: when one is written, and what is found again. */
class DefinedNamesTest {
  private static final DeviceRef DEVICE = device(3, "mpatha", "mpath-3600");

  private final DefinedNames names = new DefinedNames();
  private final NameTable table = new NameTable();

  private static DeviceRef device(int minor, String name, String uuid) {
    return new DeviceRef(new DevNo(254, minor), minor + 10, name, uuid);
  }

  @Test
  void namesAreDueAtFirstUseWhereTheyChangedAndBeforeTheyAreOutOfReach() {
    assertTrue(names.isDue(DEVICE, 100));
    names.defined(DEVICE, 100);

    assertFalse(names.isDue(DEVICE, 200));
    assertFalse(names.isDue(new DeviceRef(DEVICE.dev(), 13, "mpatha", "mpath-3600"), 200));
    assertTrue(names.isDue(device(3, "other", "mpath-3600"), 200));
    assertTrue(names.isDue(device(4, "mpatha", "mpath-3600"), 200));
    assertTrue(names.isDue(DEVICE, 100 + DefinedNames.REACH_BYTES));

    names.clear();
    assertTrue(names.isDue(DEVICE, 200));
  }

  @Test
  void whatHasNoNamesOrNoneOfTheKernelsIsNotDefined() {
    assertFalse(names.isDue(DeviceRef.NONE, 0));
    assertFalse(names.isDue(device(1, "", ""), 0));
    assertFalse(names.isDue(device(1, "a\0b", ""), 0));
    assertFalse(names.isDue(device(1, "x".repeat(256), ""), 0));
    assertFalse(names.isDue(device(1, "", "\u20ac".repeat(86)), 0));
    assertTrue(names.isDue(device(1, "x".repeat(255), "\u20ac".repeat(85)), 0));
  }

  @Test
  void aDefinitionIsFoundByItsDigest() throws Exception {
    DeviceRef odd = new DeviceRef(new DevNo(0xfff, 0xfffff), -7, "\udcff x", "\u20ac");
    for (DeviceRef device : new DeviceRef[] {DEVICE, odd, device(5, "", "u"), device(5, "n", "")}) {
      names.encode(device, 812, 1_000);
      byte[] control = Arrays.copyOf(names.bytes(), names.length());
      assertTrue(ControlRecord.looksLikeControl(control, 0, control.length));
      assertTrue(new RecordDecoder().isDocument(control, 0, control.length));
      assertEquals(device, NameDefinition.decode(control, 0));

      table.add(control, 0);
      long digest = NameDefinition.digest(device.name(), device.uuid());
      assertEquals(device, table.resolve(device.dev(), device.diskSeq(), digest));
      assertEquals(null, table.resolve(device.dev(), device.diskSeq(), digest + 1));
      assertEquals(null, table.resolve(device.dev(), device.diskSeq() + 1, digest));
    }
  }

  @Test
  void theDigestIsTheBeginningOfASha256() {
    byte[] sha = Sha256.of(KernelText.encode("mpatha\0mpath-3600"));
    byte[] digest = new byte[8];
    RecordLayout.LONG_LE.set(digest, 0, NameDefinition.digest("mpatha", "mpath-3600"));
    assertEquals(HexFormat.of().formatHex(sha, 0, 8), HexFormat.of().formatHex(digest));
  }

  @Test
  void aMalformedDefinitionIsRefused() {
    names.encode(DEVICE, 1, 1);
    byte[] control = Arrays.copyOf(names.bytes(), names.length());
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 20_000; i++) {
      byte[] changed =
          random.nextBoolean() ? control.clone() : Arrays.copyOf(control, random.nextInt(33, 80));
      for (int k = 0; k < 2; k++) {
        changed[random.nextInt(32, changed.length)] = (byte) random.nextInt(4);
      }
      RecordLayout.INT_LE.set(changed, RecordLayout.TOTAL_LENGTH, changed.length);
      try {
        DeviceRef read = NameDefinition.decode(changed, 0);
        NameDefinition again = new NameDefinition();
        again.encode(read, 1, 1);
        assertEquals(changed.length, again.length());
      } catch (MalformedException e) {
        assertTrue(String.valueOf(e.getMessage()).contains("expected"), e.toString());
      }
    }
    byte[] cut = Arrays.copyOf(control, control.length - 1);
    RecordLayout.INT_LE.set(cut, RecordLayout.TOTAL_LENGTH, cut.length);
    RecordLayout.INT_LE.set(
        cut, RecordLayout.CRC, RecordLayout.crc(new CRC32C(), cut, 0, cut.length));
    assertThrows(MalformedException.class, () -> NameDefinition.decode(cut, 0));
  }

  @Test
  void theTablesStayBounded() throws Exception {
    long at = 0;
    for (int i = 0; i < 100_000; i++) {
      DeviceRef device = new DeviceRef(new DevNo(254, 0), i + 1, "n" + i, "");
      assertTrue(names.isDue(device, at));
      names.encode(device, 1, 1);
      names.defined(device, at);
      table.add(names.bytes(), 0);
      at += 4 + (names.length() + 3 & ~3);
      // Whatever the reach holds is found.
      int back = i - DefinedNames.REACH_BYTES / 52;
      if (back >= 0) {
        DevNo dev = device.dev();
        long digest = NameDefinition.digest("n" + (back + 200), "");
        assertEquals(
            "n" + (back + 200),
            String.valueOf(
                java.util.Objects.requireNonNull(table.resolve(dev, back + 201, digest)).name()));
      }
    }
    assertFalse(names.isDue(new DeviceRef(new DevNo(254, 0), 100_000, "n99999", ""), at));
  }
}
