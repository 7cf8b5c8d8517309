package dmrec.query.dmsetup;

import dmrec.target.DevNo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A dmsetup command with its options, as plain values: the texts are as the user wrote them. */
public sealed interface DmsetupRequest {

  /**
   * {@code dmsetup table}.
   *
   * @param devices which devices
   * @param inactive the inactive slot instead of the live one
   * @param target only targets of this type; null for all
   * @param concise one line in the form that {@code create --concise} takes
   * @param verbose an info block before each table
   */
  record Table(
      DeviceChoice devices,
      boolean inactive,
      @Nullable String target,
      boolean concise,
      boolean verbose)
      implements DmsetupRequest {}

  /** {@code dmsetup status}; components as in {@link Table}. */
  record Status(DeviceChoice devices, boolean inactive, @Nullable String target, boolean verbose)
      implements DmsetupRequest {}

  /**
   * {@code dmsetup info}.
   *
   * @param columns the report's options; null for the long form
   */
  record Info(DeviceChoice devices, boolean inactive, @Nullable Columns columns)
      implements DmsetupRequest {}

  /**
   * {@code dmsetup deps}.
   *
   * @param options the text of {@code -o}: devno, devname, blkdevname; null without it
   */
  record Deps(DeviceChoice devices, boolean inactive, @Nullable String options, boolean verbose)
      implements DmsetupRequest {}

  /**
   * {@code dmsetup ls}.
   *
   * @param target only devices with a target of this type; null for all
   * @param options the text of {@code -o}; null without it
   */
  record Ls(@Nullable String target, @Nullable String options) implements DmsetupRequest {}

  /**
   * {@code dmsetup ls --tree}.
   *
   * @param options the text of {@code -o}; null without it
   * @param utf8 whether lines are drawn in UTF-8 where the options say nothing, as dmsetup does in
   *     a UTF-8 locale
   * @param terminalColumns width of the terminal that is written to; 0 where it is none
   */
  record Tree(@Nullable String options, boolean utf8, int terminalColumns)
      implements DmsetupRequest {}

  /**
   * Which devices: those named, else the one of the UUID, else the one of the number, else all.
   *
   * @param names names or paths below {@code /dev}, as given
   * @param uuid the argument of {@code -u}; null without it
   * @param dev the arguments of {@code -j} and {@code -m}; null without them
   */
  record DeviceChoice(List<String> names, @Nullable String uuid, @Nullable DevNo dev) {
    public static final DeviceChoice ALL = new DeviceChoice(List.of(), null, null);

    public static DeviceChoice named(String... names) {
      return new DeviceChoice(List.of(names), null, null);
    }
  }

  /**
   * Options of {@code info -c}.
   *
   * @param fields the text of {@code -o}; null without it
   * @param sort the text of {@code -O}; null without it
   * @param separator the text of {@code --separator}; null without it
   */
  record Columns(
      @Nullable String fields,
      @Nullable String sort,
      @Nullable String separator,
      boolean noHeadings,
      boolean namePrefixes,
      boolean unquoted,
      boolean rows) {
    public static final Columns DEFAULT = new Columns(null, null, null, false, false, false, false);
  }
}
