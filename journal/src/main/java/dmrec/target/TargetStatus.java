package dmrec.target;

/**
 * One target's status text ({@code STATUSTYPE_INFO}) as typed values.
 *
 * <p>Each form holds what it did not understand verbatim (its {@code rest}: further words of a
 * newer kernel, the trailing blank some targets print), so that {@link #text()} gives back exactly
 * the text that was parsed. The forms are those of the kernel's {@code drivers/md/*.c} status
 * functions.
 */
public sealed interface TargetStatus
    permits Cache,
        Clone,
        Delay,
        Dust,
        Era,
        Integrity,
        LogWrites,
        Mirror,
        Multipath,
        Raid,
        Snapshot,
        Striped,
        Thin,
        ThinPool,
        Verbatim,
        Verity,
        Writecache,
        Zoned {

  /** The status text, character for character as it was parsed. */
  String text();

  /**
   * Reads a status text; never throws.
   *
   * @return {@link Verbatim} for targets without a typed form, for text that is not of its target's
   *     form, and for text that would not print back the same
   */
  static TargetStatus parse(String targetType, String text) {
    TargetStatus parsed = StatusForms.read(targetType, text);
    return parsed.text().equals(text) ? parsed : new Verbatim(targetType, text);
  }
}
