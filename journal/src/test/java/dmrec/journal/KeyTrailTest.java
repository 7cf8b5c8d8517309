package dmrec.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.Bytes;
import dmrec.event.EventRecords;
import dmrec.event.FullTmpfs;
import dmrec.journal.file.Chain;
import dmrec.journal.file.JournalFolder;
import dmrec.journal.file.KeysRecord;
import dmrec.journal.file.KeysRecord.Certificate;
import dmrec.journal.file.OwnFiles;
import dmrec.journal.file.SealRecord;
import dmrec.journal.seal.Ed25519;
import dmrec.journal.seal.KeyText;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a row of keys proves, with all files and with the last ones, and what a thief of one can.
 */
class KeyTrailTest {
  private static final long DAY_NS = 86_400_000_000_000L;
  private static final long SECOND_NS = 1_000_000_000L;

  /** {@code -Dkeys=30000} for more than one control record held before. */
  private static final int CHANGES = Integer.getInteger("keys", 2_000);

  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  private static JournalOptions options(SigningKey key) {
    return Tampering.sealedEvery(10).with(key);
  }

  private static Verification verify(Path journal, SigningKey key) throws JournalException {
    return Journal.verify(journal, key.publicKey(), Verification.Progress.NONE);
  }

  private static Set<Finding.Kind> wrong(Verification v) {
    return v.findings().stream()
        .filter(f -> !f.isFine())
        .map(Finding::kind)
        .collect(Collectors.toSet());
  }

  /** Events twenty a day, each day a file and a key. */
  private static void days(Path journal, SigningKey key, int days) throws JournalException {
    try (JournalWriter writer = JournalWriter.open(journal, options(key))) {
      Tampering.append(writer, days * 20, DAY_NS / 20);
    }
  }

  private SigningKey key(String name) throws JournalException {
    return SigningKey.create(folder.resolve(name), DAY_NS, Tampering.T0);
  }

  private SigningKey copy(String name, String to) throws Exception {
    Files.copy(folder.resolve(name), folder.resolve(to), StandardCopyOption.COPY_ATTRIBUTES);
    return SigningKey.read(folder.resolve(to));
  }

  @Test
  void theLastFilesAloneAreFollowedFromTheRoot() throws Exception {
    SigningKey key = key("key");
    Path journal = folder.resolve("journal");
    try (JournalWriter writer =
        JournalWriter.open(journal, options(key).with(new RetentionPolicy(3 * DAY_NS, 0)))) {
      Tampering.append(writer, 300, DAY_NS / 20);
    }
    assertTrue(JournalFolder.cycles(journal).size() < 6);
    Verification v = verify(journal, key);
    assertTrue(v.isIntact(), () -> v.findings().toString());
    assertEquals(15, v.epochs());
    assertEquals(key.publicKey(), v.publicKey());

    Files.delete(JournalFolder.cycles(journal).get(2));
    assertEquals(
        Set.of(Finding.Kind.FILE_MISSING, Finding.Kind.CERTIFICATE_ABSENT),
        wrong(verify(journal, key)));
  }

  @Test
  void aKeyThatSignsSeveralJournalsInTurnIsFollowedInEachOfThem() throws Exception {
    SigningKey key = key("key");
    for (int round = 1; round <= 3; round++) {
      for (String name : List.of("one", "two")) {
        try (JournalWriter writer = JournalWriter.open(folder.resolve(name), options(key))) {
          long fromNs = Tampering.T0 + (2L * round + (name.equals("two") ? 1 : 0)) * 5 * DAY_NS;
          for (int i = 0; i < 60; i++) {
            writer.append(
                EventRecords.at(
                    Tampering.event(writer.lastSeq() + 1, 1), fromNs + i * DAY_NS / 20));
          }
        }
      }
    }
    for (String name : List.of("one", "two")) {
      Verification v = verify(folder.resolve(name), key);
      assertTrue(v.isIntact(), () -> v.findings().toString());
    }
  }

  // What a thief of the present key can, and cannot.

  @Test
  void whatLiesBetweenTwoKeysCannotBeLeftOut() throws Exception {
    SigningKey key = key("key");
    Path journal = folder.resolve("journal");
    days(journal, key, 3);
    List<Path> kept = JournalFolder.cycles(journal);
    days(journal, key, 4);
    for (Path each : JournalFolder.cycles(journal)) {
      if (!kept.contains(each)) {
        Files.delete(each);
      }
    }
    // The thief goes on behind what he left, with the genuine certificates, or without them.
    copy("key", "stolen");
    byte[] text = Files.readAllBytes(folder.resolve("stolen"));
    for (boolean withCertificates : new boolean[] {true, false}) {
      KeyText stolen = KeyText.decode(text);
      KeyText used =
          withCertificates
              ? stolen
              : new KeyText(stolen.root(), List.of(), stolen.tree(), stolen.sinceNs(), List.of());
      Files.write(folder.resolve("stolen"), used.encode());
      SigningKey thief = SigningKey.read(folder.resolve("stolen"));
      Path forged = folder.resolve("forged" + withCertificates);
      Files.createDirectory(forged);
      for (Path each : kept) {
        Files.copy(each, forged.resolve(each.getFileName()));
      }
      try (JournalWriter writer = JournalWriter.open(forged, options(thief))) {
        for (int i = 0; i < 40; i++) {
          long wallNs = Tampering.T0 + 8 * DAY_NS + i * SECOND_NS;
          writer.append(EventRecords.at(Tampering.event(writer.lastSeq() + 1, 1), wallNs));
        }
      }
      assertEquals(
          Set.of(withCertificates ? Finding.Kind.SEALED_ANEW : Finding.Kind.CERTIFICATE_ABSENT),
          wrong(verify(forged, key)));
    }
  }

  @Test
  void nothingOfATimeBeforeTheStolenKeyCanBeMadeUp() throws Exception {
    SigningKey key = key("key");
    days(folder.resolve("journal"), key, 7);
    SigningKey thief = copy("key", "stolen");
    assertEquals(7, thief.epoch());
    Path forged = folder.resolve("forged");
    try (JournalWriter writer = JournalWriter.open(forged, options(thief))) {
      Tampering.append(writer, 60, DAY_NS / 20);
    }
    assertEquals(Set.of(Finding.Kind.SEALED_ANEW), wrong(verify(forged, key)));
  }

  @Test
  void timesThatAreOlderThanTheirKeyAreNotProvedWhereTheClockIsSaidToBeSetBack() throws Exception {
    SigningKey key = key("key");
    days(folder.resolve("journal"), key, 7);
    Path other = folder.resolve("other");
    try (JournalWriter writer = JournalWriter.open(other, options(key))) {
      long now = Tampering.T0 + 8 * DAY_NS;
      for (int i = 0; i < 40; i++) {
        long wallNs = i < 20 ? now + i : Tampering.T0 + i;
        writer.append(EventRecords.at(Tampering.event(writer.lastSeq() + 1, 1), wallNs));
      }
    }
    Verification v = verify(other, key);
    assertTrue(v.isIntact(), () -> v.findings().toString());
    assertTrue(
        v.notProved().stream().anyMatch(text -> text.contains("the clock was set back, or they")),
        () -> v.notProved().toString());
    assertFalse(
        verify(folder.resolve("journal"), key).notProved().stream()
            .anyMatch(text -> text.contains("the clock")));
  }

  // Keys of format 1.

  /** A key as it was written before: a plain row, all certificates in it. */
  private SigningKey early(Path file, int epochs) throws Exception {
    Ed25519.Pair root = Ed25519.generate();
    Ed25519.Pair pair = root;
    UUID journal = new UUID(1, 2);
    List<Certificate> certificates = new ArrayList<>();
    for (int i = 1; i <= epochs; i++) {
      Ed25519.Pair next = Ed25519.generate();
      Certificate facts =
          new Certificate(
              i,
              next.publicKey,
              Tampering.T0 - (epochs - i) * DAY_NS,
              journal,
              i,
              Chain.ZERO,
              Bytes.NONE);
      certificates.add(facts.signed(Ed25519.sign(pair.secretKey, facts.signedBytes())));
      pair = next;
    }
    StringBuilder text = new StringBuilder("dmrec signing key 1\n");
    Base64.Encoder base64 = Base64.getEncoder();
    text.append("root ").append(base64.encodeToString(root.publicKey.toArray()));
    text.append("\nepoch-ns ").append(DAY_NS).append("\nepoch ").append(epochs);
    text.append("\nsince-ns ").append(Tampering.T0).append("\nsecret ");
    text.append(base64.encodeToString(pair.secretKey)).append('\n');
    for (Certificate each : certificates) {
      ByteBuffer bytes = ByteBuffer.allocate(Certificate.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      each.put(bytes);
      text.append("certificate ").append(base64.encodeToString(bytes.array())).append('\n');
    }
    OwnFiles.create(file, OwnFiles.PRIVATE_FILE).close();
    Files.writeString(file, text);
    return SigningKey.read(file);
  }

  @Test
  void aKeyOfFormat1GoesOnAndIsFollowedFromItsRoot() throws Exception {
    Path file = folder.resolve("key");
    SigningKey key = early(file, 40);
    assertEquals(40, key.epoch());
    Path journal = folder.resolve("journal");
    days(journal, key, 5);
    assertEquals(45, key.epoch());
    SigningKey again = SigningKey.read(file);
    assertEquals(45, again.epoch());
    days(journal, again, 5);
    Verification v = verify(journal, key);
    assertTrue(v.isIntact(), () -> v.findings().toString());
    assertEquals(50, v.epochs());
    Files.delete(JournalFolder.cycles(journal).get(0));
    Files.delete(JournalFolder.cycles(journal).get(0));
    assertEquals(Set.of(Finding.Kind.FILE_MISSING), wrong(verify(journal, key)));
  }

  @Test
  void moreCertificatesOfFormat1ThanANoteHoldsAreToldInSeveral() throws Exception {
    List<byte[]> encoded =
        KeysRecord.encodeAll(
            java.util.Collections.nCopies(
                26_000,
                new Certificate(
                    1,
                    Chain.ZERO,
                    0,
                    new UUID(0, 0),
                    0,
                    Chain.ZERO,
                    Bytes.of(new byte[SealRecord.SIGNATURE_BYTES]))),
            1,
            1);
    assertEquals(2, encoded.size());
    assertEquals(20_000, Objects.requireNonNull(KeysRecord.decode(encoded.get(0), 0)).size());
    assertEquals(6_000, Objects.requireNonNull(KeysRecord.decode(encoded.get(1), 0)).size());
  }

  // Very many keys.

  /** A key a second, a seal each, a new file each now and then. */
  static final class Many {
    private Many() {}

    public static void main(String[] args) throws Exception {
      Path at = Path.of(args[0], "tmpfs0");
      int changes = Integer.parseInt(args[1]);
      SigningKey key = SigningKey.create(at.resolve("key"), SECOND_NS, Tampering.T0);
      Path journal = at.resolve("journal");
      JournalOptions options = Tampering.sealedEvery(1).with(key);
      long half = 0;
      for (int done = 0; done < changes; ) {
        try (JournalWriter writer = JournalWriter.open(journal, options)) {
          for (int i = 0; i < changes / 100; i++) {
            Tampering.append(writer, 1, SECOND_NS);
            done++;
          }
        }
        half = done * 2 == changes ? bytes(journal) : half;
      }
      System.out.println("epoch " + key.epoch());
      System.out.println("key file " + Files.size(at.resolve("key")));
      System.out.println("bytes " + half + " " + bytes(journal));
      Verification v = verify(journal, key);
      System.out.println("verified " + v.isIntact() + " " + v.files() + " " + v.epochs());
    }

    private static long bytes(Path journal) throws Exception {
      long bytes = 0;
      for (Path each : JournalFolder.cycles(journal)) {
        bytes += Files.size(each);
      }
      return bytes;
    }
  }

  @Test
  void veryManyKeysInManyFilesTakeRoomInProportionAndStayProved() throws Exception {
    String out = FullTmpfs.run(folder, "400m", Many.class, Integer.toString(CHANGES));
    List<String> lines = out.lines().toList();
    assertEquals("epoch " + CHANGES, lines.get(0));
    assertTrue(Long.parseLong(lines.get(1).replaceAll("\\D", "")) < 64 << 10, out);
    List<String> bytes = List.of(lines.get(2).split(" ", -1));
    long first = Long.parseLong(bytes.get(1));
    long second = Long.parseLong(bytes.get(2)) - first;
    assertTrue(second < first * 1.1, out);
    assertEquals("verified true 100 " + CHANGES, lines.get(3));
  }
}
