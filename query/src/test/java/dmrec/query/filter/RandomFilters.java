package dmrec.query.filter;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Filters that are well formed, of every field, operator and nesting. */
final class RandomFilters {
  private static final String[] NARROWING = {
    "seq", "time", "kind", "device", "dev", "uuid", "diskseq"
  };
  private static final String[] PATTERNS = {
    "*", "m*", "?db", "*a*", "/a/", "/^m.*[a-k]$/i", "'*\\n'"
  };
  private static final String[] DEVICES = {
    "mpatha",
    "254:1",
    "dm-2",
    "sdb",
    "8:16",
    "/dev/mapper/data-home",
    "'my disk'",
    "my\\x20disk",
    "'\\x1b[31mred'",
    "/dev/sdb"
  };

  private final SplittableRandom random;
  private final boolean relations;

  RandomFilters(long seed, boolean relations) {
    random = new SplittableRandom(seed);
    this.relations = relations;
  }

  String next() {
    return expr(random.nextInt(4));
  }

  private String expr(int depth) {
    if (depth == 0) {
      return condition();
    }
    return switch (random.nextInt(4)) {
      case 0 -> "not (" + expr(depth - 1) + ")";
      case 1 -> "(" + expr(depth - 1) + ") OR " + expr(depth - 1);
      case 2 -> "(" + expr(depth - 1) + ") and (" + expr(depth - 1) + ")";
      default -> condition() + " and not " + condition();
    };
  }

  private String condition() {
    if (relations && random.nextInt(5) == 0) {
      return pick("under ", "OVER ", "uses ") + pick(DEVICES);
    }
    List<FilterField> all = new ArrayList<>(FilterFields.all());
    FilterField field =
        random.nextBoolean()
            ? FilterFields.get(pick(NARROWING))
            : all.get(random.nextInt(all.size()));
    if (field.name().equals("evidence")) {
      return "evidence ~ *SEQNUM=" + random.nextInt(5);
    }
    if (field.isFlag() && random.nextBoolean()) {
      return field.name();
    }
    boolean patterns = field.types().get(0).words().isEmpty();
    return switch (random.nextInt(5)) {
      case 0 -> field + " in (" + value(field, false) + ", " + value(field, false) + ")";
      case 1 -> field + " not in (" + value(field, false) + ")";
      case 2 ->
          patterns
              ? field + (random.nextBoolean() ? " ~ " : " !~ ") + pick(PATTERNS)
              : field + " = " + value(field, false);
      case 3 ->
          field.isOrdered()
              ? field + pick(" < ", " <= ", " > ", " >= ") + value(field, true)
              : field + " != " + value(field, false);
      default -> field + pick("=", " != ", " == ") + value(field, false);
    };
  }

  private String value(FilterField field, boolean ordered) {
    ValueType type = field.types().get(random.nextInt(field.types().size()));
    while (ordered && !type.isOrdered()) {
      type = field.types().get(random.nextInt(field.types().size()));
    }
    return switch (type) {
      case NUMBER -> Integer.toString(random.nextInt(field.name().equals("seq") ? 60 : 5) - 1);
      case DURATION -> pick("1s", "-1s", "1500ms", "1m", "0s", "0.5h");
      case TIME -> "@" + (RandomRecords.T0 / RandomRecords.SECOND + random.nextInt(120));
      case TEXT ->
          Literal.word(RandomRecords.TEXTS.get(random.nextInt(RandomRecords.TEXTS.size())))
              .toString();
      case FLAG -> pick("true", "FALSE");
      case NUMBERED -> pick("254:1", "8:16");
      case DEVICE -> pick(DEVICES);
      case KIND, SOURCE, CERTAINTY, MARK, RELATION, LOST ->
          type.words().get(random.nextInt(type.words().size()));
    };
  }

  private String pick(String... of) {
    return of[random.nextInt(of.length)];
  }
}
