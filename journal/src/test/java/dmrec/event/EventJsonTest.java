package dmrec.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.target.DevNo;
import java.io.StringWriter;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** JSON of events is what people and scripts keep: it must not change, and must lose nothing. */
class EventJsonTest {
  private static final EventRecord PATH_FAILED =
      new EventRecord(
          812,
          EventRecords.FIRST_WALL_NS + 123_456_789,
          592_466_956_698L,
          0,
          0,
          Source.UEVENT,
          Certainty.REPORTED,
          0,
          null,
          new DeviceRef(new DevNo(254, 0), 25, "mpatha", "mpath-3600"),
          new DmEvent.PathFailed(new DevNo(8, 16), "sdb", 3, 7),
          Bytes.of("change@\0\u00e9\udcff"),
          Bytes.NONE);

  @Test
  void looksAsTheDesignShowsIt() {
    assertEquals(
        "{\"seq\":812,\"time\":\"2026-03-01T03:12:05.123456789Z\",\"mono_ns\":592466956698,"
            + "\"kind\":\"path_failed\",\"source\":\"uevent\",\"certainty\":\"reported\","
            + "\"device\":{\"dev\":\"254:0\",\"diskseq\":25,\"name\":\"mpatha\","
            + "\"uuid\":\"mpath-3600\"},"
            + "\"path\":\"8:16\",\"disk\":\"sdb\",\"valid_paths\":3,\"dm_seqnum\":7,"
            + "\"evidence\":\"change@\\u0000\\u00E9\\uDCFF\"}",
        EventJson.write(PATH_FAILED));
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void readsBackEveryKindWithoutLoss(Kind kind) throws Exception {
    EventRecords records = new EventRecords(kind.code());
    for (int i = 0; i < 200; i++) {
      EventRecord record = records.next(kind);
      String line = EventJson.write(record);
      assertTrue(line.chars().allMatch(c -> c >= 0x20 && c < 0x7f), line);
      assertEquals(record, EventJson.read(line));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MIN_VALUE, -1, 0, 1, 999_999_999, Long.MAX_VALUE})
  void keepsEveryTimeAClockCanShow(long wallNs) throws Exception {
    EventRecord record =
        new EventRecord(
            1,
            wallNs,
            Long.MIN_VALUE,
            wallNs,
            Long.MAX_VALUE,
            Source.KMSG,
            Certainty.INFERRED,
            0xff,
            new Actor(-1, -1, ""),
            DeviceRef.NONE,
            new DmEvent.DeviceRemoved(),
            Bytes.NONE,
            Bytes.NONE);
    assertEquals(record, EventJson.read(EventJson.write(record)));
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void noPayloadFieldHasTheNameOfACommonOne(Kind kind) {
    Set<String> names = new HashSet<>(EventJson.COMMON);
    for (Field field : Fields.of(kind).list()) {
      assertTrue(names.add(field.jsonName()), kind + " has a second field " + field);
    }
  }

  @Test
  void leavesTheWriterItWasGivenOpen() throws Exception {
    StringWriter out = new StringWriter();
    EventJson.write(PATH_FAILED, out);
    out.write('\n');
    EventJson.write(PATH_FAILED, out);
    assertEquals(2, out.toString().lines().count());
  }

  @Test
  void ignoresFieldsThatItDoesNotKnowInAnyOrder() throws Exception {
    String line =
        "{\"new\":[1.5,null,{\"deep\":[]}],\"valid_paths\":-1,\"kind\":\"path_failed\",\"seq\":1,"
            + "\"time\":\"1970-01-01T00:00:00Z\",\"mono_ns\":0,\"source\":\"dm\","
            + "\"certainty\":\"derived\"}";
    assertEquals(new DmEvent.PathFailed(DevNo.NONE, "", -1, 0), EventJson.read(line).event());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "{\"seq\":1",
        "{\"seq\":1}{}",
        "{\"seq\":1,\"seq\":1}",
        "{\"kind\":\"no_such_kind\"}",
        "{\"kind\":5}",
      })
  void refusesWhatIsNoEventAndSaysWhere(String line) {
    EventJsonException e = assertThrows(EventJsonException.class, () -> EventJson.read(line));
    assertTrue(String.valueOf(e.getMessage()).startsWith("column " + e.column() + ": "));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"8:16\"=\"8:99999999\"",
        "\"8:16\"=8",
        "\"valid_paths\":3=\"valid_paths\":3000000000",
        "\"valid_paths\":3=\"valid_paths\":3.5",
        "\"disk\":\"sdb\"=\"disk\":null",
        "\"disk\":\"sdb\"=\"disk\":\"\\uD800\"",
        "\"disk\":\"sdb\"=\"disk\":\"\\uDCC3\\uDCA9\"",
        "\"seq\":812=\"seq\":99999999999999999999",
        "05.123456789Z=75.123456789Z",
        "2026-=9999-",
        "\"uevent\"=\"Uevent\"",
        "\"reported\"=\"rumoured\"",
        "\"seq\":812=\"seq\":812,\"marks\":[\"none\"]",
        "\"seq\":812=\"seq\":812,\"extra\":\"*\"",
        "\"path_failed\"=\"unknown\"",
        "\"path_failed\"=\"unknown\",\"code\":3",
      })
  void refusesAFieldThatSaysNothingItCould(String change) {
    int equals = change.indexOf('=');
    String line = EventJson.write(PATH_FAILED);
    String changed = line.replace(change.substring(0, equals), change.substring(equals + 1));
    assertFalse(line.equals(changed));
    assertThrows(EventJsonException.class, () -> EventJson.read(changed));
  }

  @Test
  void whateverTheTextIsNothingButItsOwnExceptionLeaves() {
    SplittableRandom random = new SplittableRandom(7);
    EventRecords records = new EventRecords(7);
    String alphabet = "{}[]\",:\\u0dDcC-+.eE129 ntfZ";
    for (int i = 0; i < 20_000; i++) {
      StringBuilder line = new StringBuilder(EventJson.write(records.next()));
      for (int k = 1 + random.nextInt(3); k > 0 && line.length() > 1; k--) {
        int at = random.nextInt(line.length());
        char c = alphabet.charAt(random.nextInt(alphabet.length()));
        switch (random.nextInt(4)) {
          case 0 -> line.deleteCharAt(at);
          case 1 -> line.insert(at, c);
          case 2 -> line.setLength(Math.max(1, at));
          default -> line.setCharAt(at, c);
        }
      }
      try {
        EventRecord record = EventJson.read(line.toString());
        assertEquals(record, EventJson.read(EventJson.write(record)));
      } catch (EventJsonException e) {
        assertTrue(e.column() > 0, e.toString());
      }
    }
  }
}
