package dmrec.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Names of the kernel's functions, from /proc/kallsyms: lines of {@code ADDRESS TYPE NAME} and, for
 * a module's, a tab and {@code [MODULE]}. Lines that are not so are skipped.
 *
 * <p>Each question reads the whole file, some 100,000 lines, which takes the kernel a tenth of a
 * second and more. Answers of {@link #at} are remembered.
 *
 * <p>Thread contract: one thread at a time.
 */
public final class KernelSymbols {
  /**
   * A function.
   *
   * @param name as the kernel has it, suffixes such as {@code .part.0} included
   * @param module empty: the kernel itself
   */
  public record Symbol(String name, String module) {
    /** No function lies below the address, or addresses are hidden (kernel.kptr_restrict). */
    public static final Symbol UNKNOWN = new Symbol("", "");
  }

  private static final int MOST_REMEMBERED = 4096;

  /** KSYM_NAME_LEN is 512 at most; longer lines are skipped. */
  private static final int LINE_BYTES = 1024;

  private final Path file;
  private final Map<Long, Symbol> remembered = new LinkedHashMap<>();
  private final byte[] line = new byte[LINE_BYTES];

  /** What {@link #scan} found: a line of a function, its name in {@link #line}. */
  private interface Visitor {
    void function(long address, int nameFrom, int nameEnd, int moduleFrom, int moduleEnd);
  }

  /** The running kernel's. */
  public KernelSymbols() {
    this(Path.of("/proc/kallsyms"));
  }

  KernelSymbols(Path file) {
    this.file = file;
  }

  /**
   * The function an address lies in: the nearest below it, of several at one place the first.
   *
   * @throws KernelException where the file cannot be read
   */
  public Symbol at(long address) throws KernelException {
    Symbol known = remembered.get(address);
    if (known != null) {
      return known;
    }
    long[] best = {0};
    Symbol[] found = {Symbol.UNKNOWN};
    scan(
        (at, from, end, moduleFrom, moduleEnd) -> {
          if (at != best[0]
              && Long.compareUnsigned(at, address) <= 0
              && Long.compareUnsigned(at, best[0]) > 0) {
            best[0] = at;
            found[0] = new Symbol(text(from, end), text(moduleFrom, moduleEnd));
          }
        });
    if (remembered.size() >= MOST_REMEMBERED) {
      remembered.clear();
    }
    remembered.put(address, found[0]);
    return found[0];
  }

  /** To be called once a module came or went: another may lie there now. */
  public void forget() {
    remembered.clear();
  }

  /**
   * Names of a module's functions, also where addresses are hidden.
   *
   * @throws KernelException where the file cannot be read
   */
  public Set<String> of(String module) throws KernelException {
    return of(module, name -> true);
  }

  /**
   * As {@link #of(String)}, those that are wanted.
   *
   * @param module empty: the kernel itself, which has some 60,000
   */
  public Set<String> of(String module, Predicate<String> wanted) throws KernelException {
    Set<String> names = new TreeSet<>();
    scan(
        (at, from, end, moduleFrom, moduleEnd) -> {
          if (isText(moduleFrom, moduleEnd, module)) {
            String name = text(from, end);
            if (wanted.test(name)) {
              names.add(name);
            }
          }
        });
    return names;
  }

  private void scan(Visitor visitor) throws KernelException {
    byte[] chunk = new byte[64 * 1024];
    try (InputStream in = Files.newInputStream(file)) {
      int length = 0;
      for (int n = in.read(chunk); n > 0; n = in.read(chunk)) {
        for (int i = 0; i < n; i++) {
          if (chunk[i] == '\n') {
            visit(length, visitor);
            length = 0;
          } else if (length < LINE_BYTES) {
            line[length++] = chunk[i];
          }
        }
      }
      visit(length, visitor);
    } catch (IOException e) {
      throw new KernelException(
          "Cannot read " + file,
          "a list of symbols",
          String.valueOf(e),
          "Recording goes on without the names of callers.",
          e);
    }
  }

  private void visit(int length, Visitor visitor) {
    long address = 0;
    int at = 0;
    for (; at < length && Character.digit(line[at], 16) >= 0; at++) {
      address = address << 4 | Character.digit(line[at], 16);
    }
    int name = at + 3;
    if (length == LINE_BYTES || at == 0 || at > 16 || name >= length) {
      return;
    }
    boolean function = "tTwW".indexOf(line[at + 1]) >= 0;
    if (!function || line[at] != ' ' || line[at + 2] != ' ') {
      return;
    }
    int end = name;
    while (end < length && line[end] != '\t' && line[end] != ' ') {
      end++;
    }
    if (end == length) {
      visitor.function(address, name, end, end, end);
    } else if (end > name && length > end + 3 && line[end + 1] == '[' && line[length - 1] == ']') {
      visitor.function(address, name, end, end + 2, length - 1);
    }
  }

  private boolean isText(int from, int end, String text) {
    if (end - from != text.length()) {
      return false;
    }
    for (int i = from; i < end; i++) {
      if ((line[i] & 0xff) != text.charAt(i - from)) {
        return false;
      }
    }
    return true;
  }

  private String text(int from, int end) {
    return new String(line, from, end - from, StandardCharsets.ISO_8859_1);
  }
}
