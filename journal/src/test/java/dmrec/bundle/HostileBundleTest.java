package dmrec.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is known of hostile archives: one clear error each, and nothing left behind. */
class HostileBundleTest extends HostileParts {
  private static final int END_BYTES = 22;
  private static final int CENTRAL_BYTES = 46;

  private static ByteBuffer at(byte[] zip) {
    return ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Where in the directory an entry stands. */
  private static int entry(byte[] zip, String name) {
    return new String(zip, StandardCharsets.ISO_8859_1).lastIndexOf(name) - CENTRAL_BYTES;
  }

  @Test
  void aSoundOneIsTaken() throws IOException {
    try (Bundle bundle = Bundle.open(file(Bundles.zip(parts())))) {
      assertEquals(20, BundleImport.into(folder.resolve("journal"), bundle).events());
    }
  }

  @Test
  void aSecondDirectoryInTheCommentIsNotTheOneThatIsRead() throws IOException {
    // Java takes the end that it finds first from behind, and allows bytes behind that.
    Map<String, byte[]> many = new LinkedHashMap<>();
    for (int i = 0; i < 300; i++) {
      many.put("entry" + i, new byte[0]);
    }
    byte[] inner = Bundles.zip(many);
    byte[] outer = Bundles.zip(parts());
    byte[] both = Arrays.copyOf(outer, outer.length + inner.length + 3);
    System.arraycopy(inner, 0, both, outer.length, inner.length);
    at(both).putShort(outer.length - 2, (short) (inner.length + 3));
    assertTrue(inner.length + 3 < 0x10000);
    assertRefused("found no zip's end", both);
  }

  @Test
  void whatStandsBeforeOrBehindTheArchiveIsRefused() throws IOException {
    byte[] zip = Bundles.zip(parts());
    assertRefused("found no zip's end", Arrays.copyOf(zip, zip.length + 1));
    byte[] commented = Arrays.copyOf(zip, zip.length + 5);
    at(commented).putShort(zip.length - 2, (short) 5);
    assertRefused("found no zip's end", commented);
    byte[] behind = new byte[zip.length + 100];
    System.arraycopy(zip, 0, behind, 100, zip.length);
    assertRefused("found it elsewhere", behind);
    byte[] twice = Arrays.copyOf(zip, 2 * zip.length);
    System.arraycopy(zip, 0, twice, zip.length, zip.length);
    assertRefused("found it elsewhere", twice);
  }

  @Test
  void aDirectoryOfMoreThanABundleHasIsRefused() throws IOException {
    byte[] zip = Bundles.zip(parts());
    at(zip).putShort(zip.length - END_BYTES + 10, (short) 0xffff);
    assertRefused("expected a bundle of at most", zip);
    zip = Bundles.zip(parts());
    at(zip).putInt(zip.length - END_BYTES + 12, 0x7fffffff);
    assertRefused("expected a bundle of at most", zip);
    zip = Bundles.zip(parts());
    at(zip).putInt(zip.length - END_BYTES + 16, 0xffffffff);
    assertRefused("found it elsewhere", zip);
  }

  @Test
  void entriesThatShareTheirBytesAreRefused() throws IOException {
    // One kernel of zeros under many names, as the bombs that do not nest have it.
    byte[] zip = Bundles.zip(parts());
    ByteBuffer bytes = at(zip);
    int events = entry(zip, "events.ndjson");
    for (String name : List.of("README.txt", "topology-start.ndjson")) {
      int other = entry(zip, name);
      for (int field : new int[] {16, 20, 24, 42}) {
        bytes.putInt(other + field, bytes.getInt(events + field));
      }
    }
    assertRefused("night.dmrec: ", zip);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 100, 0x7fffffff, -1})
  void sizesThatTheDirectoryLiesAboutAreRefused(int size) throws IOException {
    for (int field : new int[] {20, 24}) {
      byte[] zip = Bundles.zip(parts());
      at(zip).putInt(entry(zip, "events.ndjson") + field, size);
      assertRefused("night.dmrec: ", zip);
    }
    byte[] zip = Bundles.zip(parts());
    at(zip).putInt(entry(zip, "events.ndjson") + 42, size);
    assertRefused("night.dmrec: ", zip);
  }

  @Test
  void aPackedSizeThatIsMadeUpDoesNotMakeTheRatioAFineOne() throws IOException {
    byte[] zip = Bundles.zip(parts(new byte[64 << 20], 0, 1, 0));
    assertRefused("bytes that claim to be 67108864", zip);
    at(zip).putInt(entry(zip, "events.ndjson") + 20, 1 << 20);
    assertRefused("expected entries that together take at most the file's", zip);
  }

  @Test
  void methodsAndFlagsThatNobodyWroteAreRefused() throws IOException {
    byte[] zip = Bundles.zip(parts());
    at(zip).putShort(entry(zip, "events.ndjson") + 10, (short) 99);
    assertRefused("night.dmrec: ", zip);
    zip = Bundles.zip(parts());
    at(zip).putShort(entry(zip, "events.ndjson") + 10, (short) 0);
    assertRefused("night.dmrec: ", zip);
    zip = Bundles.zip(parts());
    at(zip).putShort(entry(zip, "events.ndjson") + 8, (short) 1);
    assertRefused("night.dmrec: ", zip);
  }

  @Test
  void anArchiveInAnArchiveIsNoText() throws IOException {
    Map<String, byte[]> parts = parts();
    byte[] inner = Bundles.zip(parts);
    parts.put("inner.zip", inner);
    assertRefused("found the entry inner.zip", Bundles.zip(parts));
    assertRefused(
        "events.ndjson:1: expected UTF-8",
        Bundles.zip(parts(inner, sound.size(), 1, sound.size())));
  }

  @Test
  void namesThatLeadElsewhereAreShownAndRefused() throws IOException {
    for (String name :
        List.of(
            "../events.ndjson",
            "..\\..\\windows\\win.ini",
            "C:\\events.ndjson",
            "/events.ndjson",
            "./events.ndjson",
            "events.ndjson/",
            "events.ndjson/../x",
            "events.ndjson\0.txt",
            "EVENTS.NDJSON",
            "events.ndjson ",
            "events.ndjson\n",
            "\u202etxt.exe",
            ".",
            "..",
            "~/.bashrc")) {
      Map<String, byte[]> parts = parts();
      parts.put(name, new byte[] {'x'});
      assertRefused("found the entry ", Bundles.zip(parts));
    }
  }

  @Test
  void aNameOfManyThousandBytesIsShownCut() throws IOException {
    Map<String, byte[]> parts = parts();
    parts.put("x".repeat(60_000), new byte[0]);
    assertRefused("found the entry xxxx", Bundles.zip(parts));
    parts.put("y".repeat(60_000), new byte[0]);
    assertRefused("expected a bundle of at most", Bundles.zip(parts));
  }

  @Test
  void anEntryThatIsALinkIsABareText() throws IOException {
    byte[] zip = Bundles.zip(parts());
    ByteBuffer bytes = at(zip);
    int events = entry(zip, "events.ndjson");
    bytes.putShort(events + 4, (short) (3 << 8 | 20)); // Made on Unix,
    bytes.putInt(events + 38, 0120777 << 16); // a symbolic link.
    Path journal = folder.resolve("journal");
    try (Bundle bundle = Bundle.open(file(zip))) {
      BundleImport.into(journal, bundle);
    }
    try (Stream<Path> files = Files.walk(journal)) {
      assertTrue(files.noneMatch(Files::isSymbolicLink));
    }
  }
}
