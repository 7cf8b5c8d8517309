package dmrec.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The functions of some modules, from /proc/kallsyms: lines of {@code ADDRESS TYPE NAME} and, for a
 * module's, a tab and {@code [MODULE]}. Lines that are not so are skipped.
 *
 * <p>The file has some 100,000 lines, which take the kernel a tenth of a second and more: it is
 * read once, and what is wanted of it kept. Immutable.
 */
public final class KernelSymbols {
  /**
   * A function.
   *
   * @param name as the kernel has it, suffixes such as {@code .part.0} included
   * @param module empty: the kernel itself
   */
  public record Symbol(String name, String module) {
    /** Of no function that was kept, or addresses are hidden (kernel.kptr_restrict). */
    public static final Symbol UNKNOWN = new Symbol("", "");
  }

  /** Which functions to keep. */
  interface Choice {
    boolean wants(String module, String name);
  }

  private record Placed(long address, Symbol symbol) {}

  /** The last function of a module is hardly longer. */
  private static final long LONGEST_BYTES = 64 << 10;

  /** KSYM_NAME_LEN is 512 at most; longer lines are skipped. */
  private static final int LINE_BYTES = 1024;

  private final Path file;
  private final Choice choice;
  private final byte[] line = new byte[LINE_BYTES];
  private final List<Placed> functions = new ArrayList<>();

  private KernelSymbols(Path file, Choice choice) {
    this.file = file;
    this.choice = choice;
  }

  /**
   * Reads those of the running kernel.
   *
   * @throws KernelException where the file cannot be read
   */
  static KernelSymbols read(Choice choice) throws KernelException {
    return read(Path.of("/proc/kallsyms"), choice);
  }

  static KernelSymbols read(Path file, Choice choice) throws KernelException {
    KernelSymbols symbols = new KernelSymbols(file, choice);
    symbols.scan();
    // Those at one place stay in the file's order.
    symbols.functions.sort(Comparator.comparing(Placed::address, Long::compareUnsigned));
    return symbols;
  }

  /** The module's function an address lies in: the nearest below it, of several the first. */
  public Symbol at(long address) {
    int found = -1;
    for (int i = 0; i < functions.size(); i++) {
      Placed each = functions.get(i);
      if (Long.compareUnsigned(each.address, address) > 0) {
        break;
      }
      if (each.address != 0
          && !each.symbol.module.isEmpty()
          && (found < 0 || functions.get(found).address != each.address)) {
        found = i;
      }
    }
    if (found < 0) {
      return Symbol.UNKNOWN;
    }
    Placed nearest = functions.get(found);
    boolean isInside =
        functions.subList(found + 1, functions.size()).stream()
            .anyMatch(
                each ->
                    each.symbol.module.equals(nearest.symbol.module)
                        && Long.compareUnsigned(each.address, address) > 0);
    return isInside || address - nearest.address < LONGEST_BYTES ? nearest.symbol : Symbol.UNKNOWN;
  }

  /** Names of a module's functions, also where addresses are hidden; empty: the kernel's own. */
  public Set<String> of(String module) {
    Set<String> names = new TreeSet<>();
    for (Placed each : functions) {
      if (each.symbol.module.equals(module)) {
        names.add(each.symbol.name);
      }
    }
    return names;
  }

  /**
   * A function as a probe's definition names it, as the compiler left it: a {@code .part.N} has the
   * same arguments. Where the module is built in, its functions are the kernel's own.
   */
  Optional<String> probed(String module, String function) {
    Set<String> own = of(module);
    String owner = own.isEmpty() ? "" : module + ":";
    return (own.isEmpty() ? of("") : own)
        .stream()
            .filter(name -> name.equals(function) || name.startsWith(function + ".part."))
            .findFirst()
            .map(name -> owner + name);
  }

  /** Where a function begins; 0 where there is none, or several, or addresses are hidden. */
  long address(String module, String name) {
    long found = 0;
    for (Placed each : functions) {
      if (each.symbol.module.equals(module) && each.symbol.name.equals(name)) {
        if (found != 0) {
          return 0;
        }
        found = each.address;
      }
    }
    return found;
  }

  /** Where the module's next function behind an address begins; 0 where none is known. */
  long next(String module, long address) {
    for (Placed each : functions) {
      if (each.symbol.module.equals(module) && Long.compareUnsigned(each.address, address) > 0) {
        return each.address;
      }
    }
    return 0;
  }

  private void scan() throws KernelException {
    byte[] chunk = new byte[64 * 1024];
    try (InputStream in = Files.newInputStream(file)) {
      int length = 0;
      for (int n = in.read(chunk); n > 0; n = in.read(chunk)) {
        for (int i = 0; i < n; i++) {
          if (chunk[i] == '\n') {
            visit(length);
            length = 0;
          } else if (length < LINE_BYTES) {
            line[length++] = chunk[i];
          }
        }
      }
      visit(length);
    } catch (IOException e) {
      throw new KernelException(
          "Cannot read " + file,
          "a list of symbols",
          String.valueOf(e),
          "Recording goes on without the names of callers.",
          e);
    }
  }

  private void visit(int length) {
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
      keep(address, text(name, end), "");
    } else if (end > name && length > end + 3 && line[end + 1] == '[' && line[length - 1] == ']') {
      keep(address, text(name, end), text(end + 2, length - 1));
    }
  }

  private void keep(long address, String name, String module) {
    if (choice.wants(module, name)) {
      functions.add(new Placed(address, new Symbol(name, module)));
    }
  }

  private String text(int from, int end) {
    return new String(line, from, end - from, StandardCharsets.ISO_8859_1);
  }
}
