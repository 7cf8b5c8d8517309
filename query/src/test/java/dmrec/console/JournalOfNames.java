package dmrec.console;

import dmrec.event.Actor;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Source;
import dmrec.journal.JournalWriter;
import dmrec.target.DevNo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A journal in which one device is created for each name, a second apart. */
final class JournalOfNames {
  static final long T0 = 1_772_334_000_000_000_000L;

  /** Names that a terminal, a shell or our own reader could take for something else. */
  static final List<String> HOSTILE =
      List.of(
          "\u001b[2Jclear",
          "\u001b]0;owned\u0007",
          "new\nline",
          "rtl\u202egnp",
          "my disk",
          "quo\"te",
          "it's",
          "a|reboot",
          "x>y",
          "$(id)",
          "`id`",
          "back\\slash",
          "bytes\udcff\udcfe",
          "-rf");

  private static final Actor BEHIND =
      new Actor(
          Actor.Relation.ASKED, 7, 0, 0, 0, -1, "lvcreate", "/opt/my tool", 1, "bash", "a.service");

  private JournalOfNames() {}

  static void write(Path folder, List<String> names) throws IOException {
    try (JournalWriter writer = JournalWriter.open(folder)) {
      for (int i = 0; i < names.size(); i++) {
        writer.append(
            EventRecord.of(new DmEvent.DeviceCreated(false, false))
                .seq(i + 1)
                .at(T0 + i * 1_000_000_000L, i + 1)
                .source(Source.DM)
                .actor(BEHIND)
                .device(
                    new DeviceRef(new DevNo(254, i), i + 1, names.get(i), "uuid " + names.get(i)))
                .build());
      }
    }
  }
}
