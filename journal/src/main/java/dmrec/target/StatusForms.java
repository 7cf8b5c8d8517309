package dmrec.target;

/** Which target type prints which form. */
final class StatusForms {
  private StatusForms() {}

  static TargetStatus read(String targetType, String text) {
    Words words = new Words(text);
    try {
      return switch (targetType) {
        case "cache" -> Cache.read(words);
        case "clone" -> Clone.read(words);
        case "delay" -> Delay.read(words);
        case "dust" -> Dust.read(words);
        case "era" -> Era.read(words);
        case "integrity" -> Integrity.read(words);
        case "log-writes" -> LogWrites.read(words);
        case "mirror" -> Mirror.read(words);
        case "multipath" -> Multipath.read(words);
        case "raid" -> Raid.read(words);
        case "snapshot", "snapshot-merge" -> Snapshot.read(words);
        case "striped" -> Striped.read(words);
        case "thin" -> Thin.read(words);
        case "thin-pool" -> ThinPool.read(words);
        case "verity" -> Verity.read(words);
        case "writecache" -> Writecache.read(words);
        case "zoned" -> Zoned.read(words);
        default -> new Verbatim(targetType, text);
      };
    } catch (Words.NotThisForm e) {
      return new Verbatim(targetType, text);
    }
  }
}
