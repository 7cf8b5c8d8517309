package dmrec.cli.host;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where what can be made again is kept. */
public final class Caches {
  private Caches() {}

  /** The user's folder for it; null without a home. */
  public static @Nullable Path folder(Host host) {
    // The specification ignores a relative path there.
    String cache = host.env("XDG_CACHE_HOME");
    String home = host.env("HOME");
    if (!cache.startsWith("/") && !home.startsWith("/")) {
      return null;
    }
    return (cache.startsWith("/") ? Path.of(cache) : Path.of(home, ".cache")).resolve("dmrec");
  }
}
