package dmrec.foreign;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.Year;

/**
 * What the times of a text mean: some tell no year and no zone, some only how long the machine had
 * been running.
 *
 * <p>Whatever the text leaves out is taken from what the user says, else from when the file was
 * written last: its last line was new then. So a file is read twice, first for its last line.
 */
public final class TextTimes {
  static final long SECOND_NS = 1_000_000_000L;

  /** In 2260: behind it a year fits, then nanoseconds in 64 bits do not. */
  private static final long LAST_NS = Long.MAX_VALUE - 600L * 86_400 * SECOND_NS;

  private final String name;
  private final ForeignOptions options;
  private final long writtenNs;
  private boolean surveying;

  private long bootNs;
  private long firstMonoNs = When.UNKNOWN;
  private long lastMonoNs = When.UNKNOWN;
  private boolean guessed;

  private int year;
  private int lastMonth;
  private int lastDayOfMonth;
  private int rollovers;
  private LocalDateTime lastDay = LocalDateTime.MIN;

  /**
   * The times of one text.
   *
   * @param writtenNs when the file was written last; {@link When#UNKNOWN} where nobody knows
   */
  public TextTimes(String name, ForeignOptions options, long writtenNs) {
    this.name = name;
    this.options = options;
    this.writtenNs = writtenNs;
    bootNs = options.bootNs();
  }

  /** From here on, until {@link #settle}, times only have to be seen. */
  void survey() {
    surveying = true;
  }

  /** All times were seen. */
  void settle() {
    surveying = false;
    if (bootNs == When.UNKNOWN && firstMonoNs != When.UNKNOWN) {
      if (options.startedNs() != When.UNKNOWN) {
        bootNs = options.startedNs() - firstMonoNs;
      } else if (writtenNs != When.UNKNOWN) {
        bootNs = writtenNs - lastMonoNs;
        guessed = true;
      }
    }
    if (lastMonth != 0) {
      year = yearOf(lastDay) - rollovers;
    }
    lastMonth = 0;
    rollovers = 0;
  }

  /** Whether the wall clock is only that of the file's last change. */
  boolean isGuessed() {
    return guessed;
  }

  /** Wall clock of so long after the boot. */
  long wallNs(long monoNs) throws ForeignException {
    if (surveying) {
      firstMonoNs = firstMonoNs == When.UNKNOWN ? monoNs : firstMonoNs;
      lastMonoNs = monoNs;
      return 0;
    }
    if (bootNs == When.UNKNOWN && options.startedNs() != When.UNKNOWN) {
      bootNs = options.startedNs() - monoNs;
    }
    if (bootNs == When.UNKNOWN) {
      throw new ForeignException(
          name
              + ": its times count from the boot of that machine, and a pipe has no time of its"
              + " own: give --boot-time TIME, or --started TIME for that of its first line");
    }
    long wallNs = bootNs + monoNs;
    return monoNs <= LAST_NS && isPossible(wallNs) ? wallNs : When.UNKNOWN;
  }

  /**
   * Wall clock of a day without a year; {@link When#UNKNOWN} where there is no such day.
   *
   * @param month 1 to 12
   */
  long wallNs(int month, int day, int hour, int minute, int second, int nano) {
    if (lastMonth != 0 && month < lastMonth - 1) {
      rollovers++;
    } else if (month == 12 && day == 31 && lastMonth == 1 && lastDayOfMonth == 1 && rollovers > 0) {
      rollovers--; // Lines around midnight are not in order to the last moment.
    }
    lastMonth = month;
    lastDayOfMonth = day;
    try {
      if (surveying) {
        // A leap year, so that no day is refused before its year is known.
        lastDay = LocalDateTime.of(2000, month, day, hour, minute, second, nano);
        return 0;
      }
      if (year == 0) {
        year = yearOf(LocalDateTime.of(2000, month, day, hour, minute, second, nano));
      }
      return wallNs(LocalDateTime.of(year + rollovers, month, day, hour, minute, second, nano));
    } catch (DateTimeException e) {
      return When.UNKNOWN;
    }
  }

  /** Wall clock of a local time. */
  long wallNs(LocalDateTime local) {
    return wallNs(local.atZone(options.zone()).toInstant());
  }

  /** {@link When#UNKNOWN} where it is before 1970 or after 2260. */
  static long wallNs(Instant instant) {
    if (instant.getEpochSecond() < 0 || instant.getEpochSecond() > LAST_NS / SECOND_NS) {
      return When.UNKNOWN;
    }
    return instant.getEpochSecond() * SECOND_NS + instant.getNano();
  }

  static boolean isPossible(long wallNs) {
    return wallNs >= 0 && wallNs <= LAST_NS;
  }

  /** The latest year in which that day was over when the file was written. */
  private int yearOf(LocalDateTime day) {
    long now = writtenNs == When.UNKNOWN ? options.nowNs() : writtenNs;
    Instant latest = Instant.ofEpochSecond(Math.floorDiv(now, SECOND_NS)).plusSeconds(86_400);
    int newest = latest.atZone(options.zone()).getYear();
    for (int candidate = newest; candidate > newest - 8; candidate--) {
      boolean exists =
          day.getMonthValue() != 2 || day.getDayOfMonth() != 29 || Year.isLeap(candidate);
      if (exists && !day.withYear(candidate).atZone(options.zone()).toInstant().isAfter(latest)) {
        return candidate;
      }
    }
    return newest;
  }
}
