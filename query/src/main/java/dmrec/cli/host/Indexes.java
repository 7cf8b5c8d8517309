package dmrec.cli.host;

import dmrec.console.Standpoint;
import dmrec.journal.JournalException;
import dmrec.journal.JournalIndex;
import dmrec.journal.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** The indexes of journals, beside them or in the user's cache. */
public final class Indexes {
  private static final int NAME_CHARS = 32;

  private Indexes() {}

  /** The index of a journal as it is now. */
  public static JournalIndex of(Host host, Path journal) throws JournalException {
    Standpoint here = host.standpoint();
    if (here != null && here.journal().equals(journal)) {
      here.index().refresh();
      return here.index();
    }
    return JournalIndex.open(journal, elsewhere(host, journal));
  }

  /** A folder of the user's for one journal, named by where that lies; null without a home. */
  private static @Nullable Path elsewhere(Host host, Path journal) {
    Path caches = Caches.folder(host);
    if (caches == null) {
      return null;
    }
    try {
      byte[] place = journal.toRealPath().toString().getBytes(StandardCharsets.UTF_8);
      String name = HexFormat.of().formatHex(Sha256.of(place));
      return caches.resolve("index").resolve(name.substring(0, NAME_CHARS));
    } catch (IOException e) {
      return null; // Whoever opens the journal says what is wrong with it.
    }
  }
}
