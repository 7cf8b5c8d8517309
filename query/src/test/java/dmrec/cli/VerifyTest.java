package dmrec.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.Bytes;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Source;
import dmrec.journal.JournalOptions;
import dmrec.journal.JournalWriter;
import dmrec.journal.SigningKey;
import dmrec.target.DevNo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** verify, repair and key, from the command line. */
class VerifyTest extends CommandTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-03-01T03:00:10Z"), ZoneOffset.UTC);

  @Override
  protected Clock clock() {
    return CLOCK;
  }

  @Test
  void aGoodJournalIsToldInTenLines() throws Exception {
    write(JournalOptions.usual());

    assertEquals(0, run("verify", journal()), err());
    assertTrue(out().lines().count() <= 10, out());
    assertTrue(out().contains("sealed     up to #200 at "), out());
    assertTrue(out().contains("result     intact\n"), out());
    assertEquals(0, run("verify", "-j", journal(), "--output", "json"), err());
    assertTrue(out().contains("\"intact\":true"), out());
    assertEquals("", err());
    assertEquals(0, run("info", "-j", journal()), err());
    assertTrue(out().contains("sealed     up to #200 at "), out());
  }

  @Test
  void aDamagedJournalIsToldByPlaceAndRepaired() throws Exception {
    write(JournalOptions.usual());
    Path file;
    try (Stream<Path> files = Files.list(Path.of(journal()))) {
      file = files.filter(f -> f.toString().endsWith(".cq4")).findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(file);
    int at = bytes.length;
    while (bytes[at - 1] == 0) {
      at--;
    }
    bytes[at - 4000] ^= 1;
    Files.write(file, bytes);

    assertEquals(1, run("verify", journal()), err());
    assertTrue(out().contains("WRONG      " + file.getFileName() + " at "), out());
    assertTrue(out().contains("NOT INTACT"), out());
    String repaired = folder.resolve("repaired").toString();
    assertEquals(0, run("repair", journal(), "--to", repaired), err());
    assertTrue(out().contains("copied 199 events"), out());
    assertTrue(out().contains("1 event is missing, told in 1 gap"), out());
    assertTrue(out().contains("the new journal is intact"), out());
    assertEquals(1, run("repair", journal(), "--to", repaired), out());
    assertEquals(2, run("repair", journal()), out());
  }

  @Test
  void aKeyIsMadeShownAndCheckedWithoutItsSecret() throws Exception {
    String file = folder.resolve("key").toString();
    assertEquals(0, run("key", "new", file, "--epoch", "12h"), err());
    String publicKey = out().strip();
    assertTrue(publicKey.startsWith("ed25519:"), publicKey);
    assertEquals(
        PosixFilePermissions.fromString("rw-------"), Files.getPosixFilePermissions(Path.of(file)));
    assertEquals(1, run("key", "new", file), out());
    assertEquals(2, run("key", "new", file + "2", "--epoch", "0"), out());
    assertEquals(0, run("key", "show", file), err());
    assertTrue(out().contains(publicKey), out());
    String secret = Files.readAllLines(Path.of(file)).get(5).substring("secret ".length());
    assertFalse(out().contains(secret), "the secret is printed");

    write(JournalOptions.usual().with(SigningKey.read(Path.of(file))));
    assertEquals(0, run("verify", journal(), "--key", publicKey), out() + err());
    assertTrue(out().contains("signed     by " + publicKey + " (the key given)"), out());
    Path named = Files.writeString(folder.resolve("public"), publicKey + "\n");
    assertEquals(0, run("verify", journal(), "--key", named.toString()), out() + err());
    assertEquals(1, run("verify", journal(), "--key", "ed25519:x"), out());
    assertEquals(0, run("key", "new", file + "3"), err());
    assertEquals(1, run("verify", journal(), "--key", out().strip()), err());
    assertTrue(out().contains("expected the key"), out());
  }

  @Test
  void infoSaysWhichKeySignsAndWhereItCouldNotBeChanged() throws Exception {
    Path file = folder.resolve("key");
    long dayNs = 86_400_000_000_000L;
    long t0 = 1_772_334_000_000_000_000L;
    SigningKey key = SigningKey.create(file, dayNs, t0);
    JournalOptions options = JournalOptions.usual().with(key);
    try (JournalWriter writer = JournalWriter.open(Path.of(journal()), options)) {
      writer.append(event(t0));
    }
    assertEquals(0, run("info", "-j", journal()), err());
    assertTrue(out().contains("signed by  " + key.publicKey() + ", epoch 0\n"), out());
    try (JournalWriter writer = JournalWriter.open(Path.of(journal()), options)) {
      Files.delete(file);
      SigningKey.create(file, dayNs, t0);
      writer.append(event(t0 + 2 * dayNs));
    }
    assertEquals(0, run("info", "-j", journal()), err());
    assertTrue(out().contains(", epoch 0, WHICH WAS OVER AT 2026-03-02T03:00:00"), out());
    assertEquals(0, run("info", "-j", journal(), "--output", "json"), err());
    assertTrue(out().contains("\"key_epoch\":0,\"key_overdue\":true"), out());
    assertEquals(0, run("log", "-j", journal(), "--kind", "key_not_changed"), err());
    assertTrue(out().contains("the key of epoch 0 signs on"), out());
  }

  private String journal() {
    return folder.resolve("journal").toString();
  }

  private void write(JournalOptions options) throws Exception {
    try (JournalWriter writer = JournalWriter.open(Path.of(journal()), options)) {
      for (int i = 0; i < 200; i++) {
        writer.append(event(1_772_334_000_000_000_000L + i));
      }
    }
  }

  private static EventRecord event(long wallNs) {
    return EventRecord.of(new DmEvent.PathFailed(new DevNo(8, 16), "sdb", 1, 1))
        .at(wallNs, wallNs)
        .source(Source.UEVENT)
        .device(new DeviceRef(new DevNo(254, 0), 25, "mpatha", ""))
        .evidence(Bytes.of("change@/devices/virtual/block/dm-0"))
        .build();
  }
}
