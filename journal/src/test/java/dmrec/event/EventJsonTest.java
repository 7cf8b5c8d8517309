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
      EventRecord.of(new DmEvent.PathFailed(new DevNo(8, 16), "sdb", 3, 7))
          .seq(812)
          .at(EventRecords.FIRST_WALL_NS + 123_456_789, 592_466_956_698L)
          .source(Source.UEVENT)
          .device(new DeviceRef(new DevNo(254, 0), 25, "mpatha", "mpath-3600"))
          .evidence(Bytes.of("change@\0\u00e9\udcff"))
          .build();

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
    EventRecords records = EventRecords.full(kind.code());
    for (int i = 0; i < 200; i++) {
      EventRecord record = records.next(kind);
      String line = EventJson.write(record);
      assertTrue(line.chars().allMatch(c -> c >= 0x20 && c < 0x7f), line);
      assertEquals(record, EventJson.read(line));
    }
  }

  @Test
  void tellsWhenItWasReadAndWhatIsKnownOfTheActor() throws Exception {
    // given an event that a probe saw, of which not everything is known
    Actor actor =
        new Actor(
            Actor.Relation.CONTEXT,
            4711,
            5_000,
            4712,
            0,
            1000,
            "dmsetup",
            "/usr/sbin/dmsetup",
            1,
            "sh",
            "");
    EventRecord record =
        EventRecord.of(new DmEvent.RequestFailed("table_load", 16, "vg-lv"))
            .seq(3)
            .at(EventRecords.FIRST_WALL_NS, 42)
            .receivedNs(EventRecords.FIRST_WALL_NS + 1)
            .source(Source.PROBE)
            .certainty(Certainty.CLAIMED)
            .actor(actor)
            .build();
    // when it is written
    String line = EventJson.write(record);
    // then what differs from the time and what is known stands in it, and no more
    assertEquals(
        "{\"seq\":3,\"time\":\"2026-03-01T03:12:05.000000000Z\","
            + "\"received\":\"2026-03-01T03:12:05.000000001Z\",\"mono_ns\":42,"
            + "\"kind\":\"request_failed\",\"source\":\"probe\",\"certainty\":\"claimed\","
            + "\"actor\":{\"pid\":4711,\"uid\":0,\"command\":\"dmsetup\","
            + "\"relation\":\"context\",\"start_ns\":5000,\"tid\":4712,\"login_uid\":1000,"
            + "\"executable\":\"/usr/sbin/dmsetup\",\"parent_pid\":1,\"parent_command\":\"sh\"},"
            + "\"request\":\"table_load\",\"error\":16,\"name\":\"vg-lv\"}",
        line);
    assertEquals(record, EventJson.read(line));
  }

  @Test
  void leavesOutWhatOlderEventsDidNotHave() throws Exception {
    EventRecord disk =
        EventRecord.of(new DmEvent.DiskAdded(new DevNo(8, 16), "sdb", "", "", 8, "")).build();
    assertFalse(EventJson.write(disk).contains("\"port\""));
    EventRecord reached =
        disk.toBuilder()
            .event(new DmEvent.DiskAdded(new DevNo(8, 16), "sdb", "", "", 8, "0x5001"))
            .build();
    assertTrue(EventJson.write(reached).contains("\"port\":\"0x5001\""));
    assertEquals(reached, EventJson.read(EventJson.write(reached)));
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MIN_VALUE, -1, 0, 1, 999_999_999, Long.MAX_VALUE})
  void keepsEveryTimeAClockCanShow(long wallNs) throws Exception {
    EventRecord record =
        EventRecord.of(new DmEvent.DeviceRemoved())
            .seq(1)
            .at(wallNs, Long.MIN_VALUE)
            .notBeforeNs(wallNs)
            .kernelNs(Long.MAX_VALUE)
            .source(Source.KMSG)
            .certainty(Certainty.INFERRED)
            .marks(0xff)
            .actor(Actor.asked(-1, -1, ""))
            .build();
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
        "\"seq\":812=\"seq\":812,\"received\":1",
        "\"seq\":812=\"seq\":812,\"actor\":{\"relation\":\"friend\"}",
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
    EventRecords records = EventRecords.full(7);
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
