package dmrec.bundle;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Makes a journal of a bundle: the same stack to begin with, and the same events. */
public final class BundleImport {
  private BundleImport() {}

  /**
   * Imports all events.
   *
   * <p>They keep their numbers where none is missing between them; else they are numbered from 1.
   *
   * @param folder one that is empty or does not exist yet
   * @throws IOException where a line is no event, the events are not those that the manifest tells
   *     of, or the journal cannot be written; nothing is left of it then
   */
  public static EventsImport into(Path folder, Bundle bundle) throws IOException {
    return into(folder, bundle, EventsImport.Change.NONE);
  }

  /**
   * The same with each event changed on the way, those that rebuild the stack before them too.
   *
   * @param change what puts names back
   */
  public static EventsImport into(Path folder, Bundle bundle, EventsImport.Change change)
      throws IOException {
    Manifest manifest = bundle.manifest();
    Manifest.Window window = manifest.window();
    boolean hasHoles = window.lastSeq() - window.firstSeq() + 1 != manifest.events();
    try (EventsReader events = bundle.events()) {
      return EventsImport.of(
          events,
          folder,
          bundle.start(change).withSeq(hasHoles ? 0 : window.firstSeq() - 1),
          change,
          told -> complaint(manifest, told));
    }
  }

  private static @Nullable String complaint(Manifest manifest, EventsImport told) {
    Manifest.Window window = manifest.window();
    boolean isTold =
        told.events() == manifest.events()
            && (told.events() == 0
                || (told.firstSeq() == window.firstSeq() && told.lastSeq() == window.lastSeq()));
    if (isTold) {
      return null;
    }
    return "expected "
        + manifest.events()
        + " events from #"
        + window.firstSeq()
        + " to #"
        + window.lastSeq()
        + ", as the manifest says, found "
        + told.events()
        + (told.events() == 0 ? "" : " from #" + told.firstSeq() + " to #" + told.lastSeq());
  }
}
