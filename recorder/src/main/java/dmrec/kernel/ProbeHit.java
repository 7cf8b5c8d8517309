package dmrec.kernel;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a probe saw, once.
 *
 * @param name of the event
 * @param bootNs when, by the boot clock
 * @param cpu on which
 * @param tid the running thread, by its number in the first pid namespace; in an interrupt it is
 *     whoever was interrupted
 * @param flags the kernel's common_flags: 0x08 hard interrupt, 0x10 soft interrupt, 0x40 NMI
 * @param fields in the order of the definition
 */
public record ProbeHit(String name, long bootNs, int cpu, int tid, int flags, List<Field> fields) {
  /**
   * What was fetched.
   *
   * @param number sign or zero extended; 0 where the field is text
   * @param text ISO-8859-1, one character a byte, without its NUL and at most 4,096; empty where it
   *     could not be read where it lies, null where it is a number
   */
  public record Field(String name, long number, @Nullable String text) {}

  private static final int INTERRUPT = 0x18;
  private static final long MOST_ERRNO = 4095;

  /** Whether these flags are of a soft or hard interrupt: then the thread did not cause the hit. */
  public static boolean isInInterrupt(long flags) {
    return (flags & INTERRUPT) != 0;
  }

  /** Whether a returned pointer is an error ({@code include/linux/err.h:IS_ERR}). */
  public static boolean isError(long pointer) {
    return pointer < 0 && pointer >= -MOST_ERRNO;
  }

  /** A field's number; 0 where there is none of this name. */
  public long number(String field) {
    Field found = find(field);
    return found == null ? 0 : found.number();
  }

  /** A field's text, one character a byte; null where there is none of this name. */
  public @Nullable String text(String field) {
    Field found = find(field);
    return found == null ? null : found.text();
  }

  private @Nullable Field find(String name) {
    for (Field field : fields) {
      if (field.name().equals(name)) {
        return field;
      }
    }
    return null;
  }
}
