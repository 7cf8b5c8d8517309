package dmrec.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.journal.Finding.Kind;
import dmrec.journal.Tampering.Document;
import dmrec.journal.file.Chain;
import dmrec.journal.file.DocumentScanner;
import dmrec.journal.file.FileHeader;
import dmrec.journal.file.JournalFolder;
import dmrec.journal.file.RecordLayout;
import dmrec.journal.file.SealRecord;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys, and what a verification says of signatures that are not theirs. */
@ParameterizedClass
@ValueSource(ints = {1, 2})
class SignedJournalTest extends DailyJournals {
  @Test
  void signaturesAreCheckedAgainstTheKeyThatIsGiven() throws Exception {
    SigningKey key = SigningKey.create(folder.resolve("key"), DAY_NS, Tampering.T0);
    Path journal = journal("journal", 4, 120, Tampering.sealedEvery(50).with(key));
    Verification v = Journal.verify(journal, key.publicKey(), Verification.Progress.NONE);
    assertEquals(List.of(), v.findings());
    assertEquals(key.publicKey(), v.publicKey());
    assertEquals(3, v.epochs());

    SigningKey wrong = SigningKey.create(folder.resolve("wrong"), DAY_NS, 0);
    v = Journal.verify(journal, wrong.publicKey(), Verification.Progress.NONE);
    assertEquals(Set.of(Kind.KEY_WRONG), kinds(v.findings()));

    try (JournalWriter writer =
        JournalWriter.open(
            journal,
            new JournalOptions(
                SyncPolicy.OS,
                new SealPolicy(50, 0),
                RetentionPolicy.KEEP_ALL,
                0,
                null,
                true,
                false,
                "",
                notice -> {},
                (address, lengthBytes) -> {}))) {
      Tampering.append(writer, 60, 1_000_000L);
    }
    List<Finding> found = wrong(journal);
    assertEquals(Set.of(Kind.SIGNATURE_ABSENT), kinds(found));
    assertTrue(found.get(0).text().startsWith("signed until #480"), found::toString);
    v = Journal.verify(journal("unsigned", 1, 60), key.publicKey(), Verification.Progress.NONE);
    assertEquals(Set.of(Kind.SIGNATURE_ABSENT), kinds(v.findings()));
  }

  @Test
  void aPastThatIsSealedAnewWithTheStolenPresentKeyIsFound() throws Exception {
    SigningKey key = SigningKey.create(folder.resolve("key"), DAY_NS, Tampering.T0);
    Path journal = journal("journal", 4, 120, Tampering.sealedEvery(50).with(key));
    SigningKey stolen = SigningKey.read(folder.resolve("key"));
    sealAnew(journal, 130, stolen);
    Verification v = Journal.verify(journal, key.publicKey(), Verification.Progress.NONE);
    assertTrue(kinds(v.findings()).contains(Kind.SEALED_ANEW), () -> v.findings().toString());
    assertTrue(
        Set.of(Kind.SEALED_ANEW, Kind.SIGNATURE_WRONG).containsAll(kinds(v.findings())),
        () -> v.findings().toString());
  }

  /** Changes one record and makes all links, values and signatures behind it right again. */
  private static void sealAnew(Path journal, long seq, SigningKey stolen) throws Exception {
    Chain chain = new Chain(Chain.ZERO);
    java.util.UUID id =
        Objects.requireNonNull(DocumentScanner.headerOf(JournalFolder.cycles(journal).get(0)))
            .journal();
    boolean changed = false;
    for (Path file : JournalFolder.cycles(journal)) {
      List<byte[]> documents = new ArrayList<>();
      dmrec.event.Bytes link = chain.peek();
      for (Document document : Tampering.documents(file)) {
        byte[] bytes = document.bytes().toArray();
        if (FileHeader.isHeader(bytes, 0, bytes.length)) {
          FileHeader h = Objects.requireNonNull(FileHeader.decode(bytes, 0, bytes.length));
          bytes = relinked(h, link);
          chain = new Chain(link);
        } else if (document.seq() == seq) {
          bytes = Tampering.forged(bytes, RecordLayout.MARKS);
          changed = true;
        } else if (document.isSeal() && changed) {
          SealRecord seal = Objects.requireNonNull(SealRecord.decode(bytes, 0));
          dmrec.event.Bytes value = chain.peek();
          dmrec.event.Bytes digests = chain.digests();
          byte[] message =
              SigningKey.sealBytes(id, stolen.epoch(), seal.seq(), seal.wallNs(), value, digests);
          bytes =
              new SealRecord(
                      seal.seq(),
                      seal.wallNs(),
                      value,
                      digests,
                      stolen.epoch(),
                      stolen.sign(message))
                  .encode();
        }
        if (document.isSeal()) {
          chain.close();
        }
        chain.add(bytes, 0, bytes.length);
        documents.add(bytes);
      }
      Tampering.replaceAll(file, documents);
    }
  }

  private static byte[] relinked(FileHeader header, dmrec.event.Bytes link) {
    byte[] bytes = header.encode();
    byte[] old = header.link().toArray();
    for (int i = 0; i + old.length <= bytes.length; i++) {
      if (java.util.Arrays.equals(bytes, i, i + old.length, old, 0, old.length)) {
        link.copyTo(0, link.length(), bytes, i);
        break;
      }
    }
    java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
    crc.update(bytes, 0, bytes.length - 4);
    RecordLayout.INT_LE.set(bytes, bytes.length - 4, (int) crc.getValue());
    return bytes;
  }
}
