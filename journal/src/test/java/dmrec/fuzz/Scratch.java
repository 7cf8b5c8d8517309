package dmrec.fuzz;

import dmrec.bundle.FolderTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A folder in which one input after the other is tried, and what holds of every one of them:
 * nothing is made beside what was named, and whatever is wrong is told in one line.
 */
public final class Scratch {
  /** An error quotes a little of what it is about, not all of it. */
  private static final int LONGEST_MESSAGE = 8 << 10;

  private final Path outer;
  private final Path folder;

  public Scratch(String name) {
    try {
      outer = Files.createTempDirectory("dmrec-fuzz-" + name);
      folder = Files.createDirectory(outer.resolve("in"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(outer)));
  }

  /** A place in it. */
  public Path path(String name) {
    return folder.resolve(name);
  }

  /** Makes sure that the folder holds just these, and that nothing came into the one around it. */
  public void expect(String... names) {
    expect(folder, Set.of(names));
    expect(outer, Set.of("in"));
  }

  private static void expect(Path in, Set<String> wanted) {
    Set<String> found = new TreeSet<>();
    try (Stream<Path> files = Files.list(in)) {
      files.forEach(file -> found.add(String.valueOf(file.getFileName())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (!found.equals(wanted)) {
      throw new AssertionError("expected " + new TreeSet<>(wanted) + ", found " + found);
    }
  }

  /** Empties it. */
  public void clear() {
    try (Stream<Path> files = Files.list(folder)) {
      files.toList().forEach(Scratch::delete);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is told to a person is one line of what a terminal can show. */
  public static void expectOneLine(Throwable told) {
    expectOneLine(String.valueOf(told.getMessage()), told);
  }

  /** The same of a text. */
  public static void expectOneLine(String text) {
    expectOneLine(text, null);
  }

  private static void expectOneLine(String text, @Nullable Throwable of) {
    boolean isPlain = text.chars().noneMatch(c -> c < ' ' || (c >= 0x7f && c < 0xa0));
    if (!isPlain || text.isBlank() || text.equals("null") || text.length() > LONGEST_MESSAGE) {
      throw new AssertionError(
          "expected one line that tells what is wrong, found "
              + text.length()
              + " characters: "
              + text.substring(0, Math.min(text.length(), 2000)),
          of);
    }
  }

  /** Something that both should have told alike. */
  public static <T> void expectSame(List<T> expected, List<T> found, String what) {
    if (!expected.equals(found)) {
      int at = 0;
      while (at < Math.min(expected.size(), found.size())
          && expected.get(at).equals(found.get(at))) {
        at++;
      }
      throw new AssertionError(
          what
              + ": expected "
              + expected.size()
              + ", found "
              + found.size()
              + "; the first that differs is "
              + at
              + ": "
              + (at < expected.size() ? expected.get(at) : "none")
              + " and "
              + (at < found.size() ? found.get(at) : "none"));
    }
  }

  /** Deletes a folder and all that is in it. */
  public static void delete(Path path) {
    try {
      FolderTree.delete(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
