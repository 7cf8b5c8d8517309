package dmrec.target;

/**
 * Status of a zoned target ({@code dm-zoned-target.c:dmz_status}).
 *
 * @param zones all zones
 * @param cache cache zones unmapped, of all
 * @param rest what is said of each device, verbatim with its leading blank: {@code " u/t random u/t
 *     sequential"}
 */
public record Zoned(long zones, Ratio cache, String rest) implements TargetStatus {

  @Override
  public String text() {
    return new Line().word(zones).word("zones").word(cache).word("cache").end(rest);
  }

  static Zoned read(Words words) {
    long zones = words.number();
    words.expect("zones");
    Ratio cache = words.ratio();
    words.expect("cache");
    return new Zoned(zones, cache, words.rest());
  }
}
