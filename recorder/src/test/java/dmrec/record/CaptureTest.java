package dmrec.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dmrec.event.Bytes;
import dmrec.event.DmEvent;
import dmrec.event.Source;
import dmrec.event.UeventBacklog;
import dmrec.target.DevNo;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaptureTest {
  private static final int ROUNDS = 200_000;
  private static final String GOOD =
      "{\"seen\":\"none\",\"at\":[1,2],\"began\":[0,1],\"dev\":\"254:7\"}";
  private static final Observation GOOD_SEEN =
      new Observation.Vanished(new Stamp(1, 2), new Stamp(0, 1), new DevNo(254, 7));

  private final Random random = new Random(20260303);
  @TempDir private Path folder = Path.of("");

  @Test
  void everyObservationIsReadAsItWasWritten() throws Exception {
    Path file = folder.resolve("capture.ndjson");
    List<Observation> written = new ArrayList<>();
    try (CaptureWriter out = CaptureWriter.create(file)) {
      for (int i = 0; i < 4000; i++) {
        Observation observation = any(i % 11);
        out.write(observation);
        written.add(observation);
      }
    }
    try (CaptureReader in = CaptureReader.open(file)) {
      for (Observation observation : written) {
        assertEquals(observation, in.next());
      }
      assertNull(in.next());
      assertNull(in.next());
    }
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
  }

  @Test
  void ofSeveralRoundsInARowTheLastIsKeptAndThoseThatMadeAnEvent() throws Exception {
    Path file = folder.resolve("capture.ndjson");
    try (CaptureWriter out = CaptureWriter.create(file)) {
      out.write(sampled(1));
      out.write(sampled(2));
      out.keep();
      out.write(sampled(3));
      out.write(sampled(4));
      out.write(GOOD_SEEN);
      out.keep();
      out.write(sampled(5));
      out.write(sampled(6));
    }
    try (CaptureReader in = CaptureReader.open(file)) {
      assertEquals(sampled(2), in.next());
      assertEquals(sampled(4), in.next());
      assertEquals(GOOD_SEEN, in.next());
      assertEquals(sampled(6), in.next());
      assertNull(in.next());
    }
  }

  private static Observation sampled(long at) {
    return new Observation.Sampled(new Stamp(at, at), new Stamp(at, at));
  }

  @Test
  void aFileThatIsThereIsKept() throws Exception {
    Path file = Files.writeString(folder.resolve("x"), "mine");
    CaptureException e = assertThrows(CaptureException.class, () -> CaptureWriter.create(file));
    assertTrue(String.valueOf(e.getMessage()).contains(file.toString()));
    assertEquals("mine", Files.readString(file));
  }

  @Test
  void damagedLinesAreNamedAndTheNextOnesRead() throws Exception {
    String text = GOOD + "\n\n{\"seen\":\"none\"\n" + GOOD + "\n[1]\n" + GOOD;
    try (CaptureReader in = reader(text)) {
      assertEquals(GOOD_SEEN, in.next());
      CaptureException cut = assertThrows(CaptureException.class, in::next);
      assertTrue(String.valueOf(cut.getMessage()).startsWith("test:3: expected "));
      assertEquals(GOOD_SEEN, in.next());
      CaptureException list = assertThrows(CaptureException.class, in::next);
      assertTrue(String.valueOf(list.getMessage()).startsWith("test:5: expected "));
      assertEquals(GOOD_SEEN, in.next());
      assertNull(in.next());
    }
  }

  @Test
  void aLineOfMillionsOfValuesIsRefusedAndTheNextOnesRead() throws Exception {
    String many = "{\"seen\":\"list\",\"at\":[" + "1,".repeat(1_500_000) + "1]}";
    try (CaptureReader in = reader(many + "\n" + GOOD)) {
      CaptureException e = assertThrows(CaptureException.class, in::next);
      assertTrue(String.valueOf(e.getMessage()).startsWith("test:1: expected "), e.getMessage());
      assertEquals(GOOD_SEEN, in.next());
    }
  }

  @Test
  void aLineWithoutAnEndTakesNoMoreThanItsLimit() throws Exception {
    long chars = CaptureReader.MAX_LINE_CHARS + (64L << 20);
    InputStream endless =
        new InputStream() {
          private long left = chars;
          private final byte[] tail = ("\n" + GOOD).getBytes(StandardCharsets.UTF_8);
          private int at;

          @Override
          public int read() {
            return left-- > 0 ? 'x' : at < tail.length ? tail[at++] : -1;
          }

          @Override
          public int read(byte[] to, int from, int length) {
            if (left > 0) {
              int n = (int) Math.min(left, length);
              Arrays.fill(to, from, from + n, (byte) 'x');
              left -= n;
              return n;
            }
            int c = read();
            if (c < 0) {
              return -1;
            }
            to[from] = (byte) c;
            return 1;
          }
        };
    try (CaptureReader in = CaptureReader.of("test", endless)) {
      CaptureException e = assertThrows(CaptureException.class, in::next);
      assertTrue(String.valueOf(e.getMessage()).startsWith("test:1: "));
      assertEquals(GOOD_SEEN, in.next());
      assertNull(in.next());
    }
  }

  @Test
  void aReplyOfManyMegabytesIsRead() throws Exception {
    Path file = folder.resolve("capture.ndjson");
    Observation large =
        new Observation.Listed(new Stamp(1, 1), new Stamp(1, 1), Bytes.of(new byte[24 << 20]));
    try (CaptureWriter out = CaptureWriter.create(file)) {
      out.write(large);
    }
    try (CaptureReader in = CaptureReader.open(file)) {
      assertEquals(large, in.next());
    }
  }

  @Test
  void aFileThatCannotBeReadFailsOnceAndThenEnds() throws Exception {
    try (CaptureReader in = CaptureReader.open(folder)) {
      assertThrows(CaptureException.class, in::next);
      assertNull(in.next());
    }
  }

  @Test
  void mutatedLinesGiveAnObservationOrTheTypedError() throws Exception {
    List<String> seeds = new ArrayList<>();
    for (String line : Captures.smokeLines()) {
      seeds.add(line);
    }
    Path file = folder.resolve("seeds");
    try (CaptureWriter out = CaptureWriter.create(file)) {
      for (int i = 0; i < 110; i++) {
        out.write(any(i % 11));
      }
    }
    seeds.addAll(Files.readAllLines(file));
    int rounds = 0;
    int refused = 0;
    while (rounds < ROUNDS) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < 500; i++, rounds++) {
        String line = seeds.get(random.nextInt(seeds.size()));
        text.append(mutated(line.length() > 900 ? line.substring(0, 900) : line));
        text.append('\n').append(GOOD).append('\n');
      }
      refused += readAll(text.toString(), 500);
    }
    assertTrue(refused > ROUNDS / 4, "only " + refused + " refused");
  }

  /** Every second line is good: each must be read, whatever stands between. */
  private static int readAll(String text, int good) throws Exception {
    int refused = 0;
    int found = 0;
    try (CaptureReader in = reader(text)) {
      while (true) {
        try {
          Observation next = in.next();
          if (next == null) {
            break;
          }
          found += next.equals(GOOD_SEEN) ? 1 : 0;
        } catch (CaptureException e) {
          refused++;
        } catch (RuntimeException e) {
          fail(e);
        }
      }
    }
    assertTrue(found >= good, "lost " + (good - found) + " good lines");
    return refused;
  }

  private String mutated(String line) {
    StringBuilder text = new StringBuilder(line);
    for (int n = random.nextInt(4); n > 0 && text.length() > 2; n--) {
      int at = random.nextInt(text.length());
      switch (random.nextInt(7)) {
        case 0 -> text.setLength(at);
        case 1 -> text.setCharAt(at, (char) (random.nextInt(0x7f) | 0x0b));
        case 2 -> text.setCharAt(at, (char) random.nextInt(0x10000));
        case 3 -> text.deleteCharAt(at);
        case 4 -> text.insert(at, pick("[", "{", "]", "}", "\"", "99999999999999999999", "null"));
        case 5 -> text.insert(at, pick("-1", "1e9", "\\ud800", "true", ",", "[[[[[[", "4096:1"));
        default -> {
          int to = Math.min(text.length(), at + random.nextInt(40));
          text.insert(random.nextInt(text.length()), text.substring(at, to));
        }
      }
    }
    return text.toString().replace('\n', ' ').replace('\r', ' ');
  }

  private String pick(String... texts) {
    return texts[random.nextInt(texts.length)];
  }

  private static CaptureReader reader(String text) {
    return CaptureReader.of(
        "test", new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
  }

  private Observation any(int which) {
    Stamp at = new Stamp(number(), number());
    Stamp began = new Stamp(number(), number());
    return switch (which) {
      case 0 ->
          new Observation.Started(
              at,
              new DmEvent.RecordingStarted(
                  text(),
                  text(),
                  text(),
                  text(),
                  text(),
                  List.of(text(), text()),
                  number(),
                  "",
                  "",
                  "",
                  0));
      case 1 ->
          new Observation.UeventSeen(
              at, random.nextBoolean(), random.nextInt(), random.nextInt(), text(), bytes());
      case 2 -> new Observation.Listed(at, began, bytes());
      case 3 ->
          new Observation.Polled(
              at,
              began,
              dev(),
              random.nextLong(),
              random.nextInt(),
              bytes(),
              bytes(),
              random.nextBoolean() ? null : bytes(),
              bytes());
      case 4 ->
          new Observation.SysfsPolled(
              at,
              began,
              dev(),
              random.nextLong(),
              random.nextInt(),
              bytes(),
              bytes(),
              random.nextBoolean(),
              random.nextBoolean(),
              List.of(dev(), dev()));
      case 5 -> new Observation.Vanished(at, began, dev());
      case 6 -> new Observation.Sampled(at, began);
      case 7 -> new Observation.DiskPolled(at, began, dev(), text(), text(), text(), number(), "");
      case 8 -> new Observation.LogRead(at, bytes());
      case 9 ->
          new Observation.Lost(
              at,
              began,
              List.of(Source.values()).get(random.nextInt(Source.values().length)),
              random.nextLong(),
              text());
      default ->
          new Observation.Stopped(
              at,
              text(),
              random.nextLong(),
              new UeventBacklog(number(), number(), number(), number()));
    };
  }

  private long number() {
    return random.nextLong() >>> (1 + random.nextInt(62));
  }

  private DevNo dev() {
    return new DevNo(random.nextInt(4096), random.nextInt(1 << 20));
  }

  private Bytes bytes() {
    byte[] bytes = new byte[random.nextInt(80)];
    random.nextBytes(bytes);
    return Bytes.of(bytes);
  }

  private String text() {
    return bytes().text();
  }
}
