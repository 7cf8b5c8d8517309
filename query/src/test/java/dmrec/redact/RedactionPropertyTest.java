package dmrec.redact;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dmrec.event.Bytes;
import dmrec.event.EventJson;
import dmrec.event.EventRecord;
import dmrec.event.EventRecords;
import dmrec.journal.Journals;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is redacted comes back: any event of any kind, and the recordings of the lab. */
class RedactionPropertyTest {
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void everyEventOfEveryKindComesBack(long seed) {
    restores(EventRecords.full(seed).list(400));
  }

  @ParameterizedTest
  @ValueSource(strings = {"failover", "lost-disk"})
  void theLabsRecordingsComeBack(String name) throws Exception {
    List<EventRecord> records = Journals.storedEvents(name);
    Redactor redactor = restores(records);
    assertEquals(new Redactor.LeftOut(0, 0), redactor.leftOut());

    // and what is given out has none of the names
    String json =
        records.stream()
            .map(each -> EventJson.write(redactor.redact(each)))
            .collect(Collectors.joining("\n"));
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    List<String> names =
        redactor.map().originals().values().stream()
            .filter(each -> Secret.strengthOf(each) == Secret.Strength.STRONG)
            .toList();
    assertFalse(names.isEmpty());
    assertEquals(List.of(), new WordCheck(names).scan(name, new ByteArrayInputStream(bytes)));
  }

  @Test
  void theSameInputGivesTheSameOutput() {
    List<EventRecord> records = EventRecords.full(6).list(200);
    assertEquals(redacted(records), redacted(records));
  }

  private static List<String> redacted(List<EventRecord> records) {
    Redactor redactor = new Redactor();
    records.forEach(redactor::learn);
    return records.stream().map(each -> EventJson.write(redactor.redact(each))).toList();
  }

  private static Redactor restores(List<EventRecord> records) {
    Redactor redactor = new Redactor();
    records.forEach(redactor::learn);
    List<EventRecord> redacted = records.stream().map(redactor::redact).toList();
    RedactionMap map = redactor.map();
    for (int i = 0; i < records.size(); i++) {
      EventRecord original = records.get(i);
      EventRecord back = map.restore(redacted.get(i));
      boolean isLeftOut = back.evidence().text().matches("\\[[0-9]+ bytes left out .*");
      assertEquals(
          comparable(original, isLeftOut), comparable(back, isLeftOut), EventJson.write(original));
    }
    return redactor;
  }

  /** Without what is left out. */
  private static EventRecord comparable(EventRecord r, boolean isLeftOut) {
    return r.toBuilder().evidence(isLeftOut ? Bytes.NONE : r.evidence()).extra(Bytes.NONE).build();
  }
}
