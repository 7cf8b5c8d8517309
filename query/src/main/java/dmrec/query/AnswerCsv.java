package dmrec.query;

import dmrec.event.EventRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Columns that several answers have. */
final class AnswerCsv {
  private AnswerCsv() {}

  /**
   * Number, time, last look before it, kind, certainty, and words with who; empty where there is
   * none.
   */
  static void event(List<String> row, @Nullable EventRecord record) {
    if (record == null) {
      row.addAll(List.of("", "", "", "", "", ""));
      return;
    }
    row.add(Long.toString(record.seq()));
    row.add(AnswerJson.time(record.wallNs()));
    row.add(record.notBeforeNs() == 0 ? "" : AnswerJson.time(record.notBeforeNs()));
    row.add(record.kind().word());
    row.add(record.certainty().word());
    row.add(EventText.phrase(record.event()) + ActorText.behind(record));
  }
}
