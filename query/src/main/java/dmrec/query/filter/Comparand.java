package dmrec.query.filter;

import dmrec.event.Certainty;
import dmrec.event.DeviceRef;
import dmrec.event.KernelText;
import dmrec.event.Kind;
import dmrec.event.Mark;
import dmrec.event.Source;
import dmrec.journal.Position;
import dmrec.query.DeviceText;
import dmrec.query.TimeSpec;
import dmrec.query.TimeSyntaxException;
import dmrec.target.DevNo;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a condition compares with, made ready: each kind of value that the literal can be in its
 * field.
 */
final class Comparand {
  private static final Clock ANY_TIME = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
  private static final Pattern DECIMAL = Pattern.compile("-?[0-9]{1,18}");
  private static final Pattern HEX = Pattern.compile("0[xX][0-9a-fA-F]{1,15}");

  private final String text;
  private final boolean isNumber;
  private final long number;
  private final DeviceText device;

  /** Whether a text is meant. */
  interface TextTest {
    boolean test(String text);
  }

  Comparand(FilterField field, Literal literal) {
    text = literal.text();
    device = DeviceText.of(text);
    OptionalLong found = OptionalLong.empty();
    for (ValueType type : field.types()) {
      found = found.isPresent() ? found : number(type, text);
    }
    isNumber = found.isPresent();
    number = found.orElse(0);
  }

  /** A literal's one spelling; null where the type has no such value. Not for times. */
  static @Nullable String canonical(ValueType type, String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    return switch (type) {
      case NUMBER -> {
        String digits = text.startsWith("#") ? text.substring(1) : text;
        OptionalLong number = number(type, digits);
        yield number.isPresent() ? Long.toString(number.getAsLong()) : null;
      }
      case DURATION -> {
        OptionalLong ns = number(type, text);
        yield ns.isPresent() ? Durations.format(ns.getAsLong()) : null;
      }
      case TIME -> throw new IllegalArgumentException("times need a clock");
      case TEXT, DEVICE -> text;
      case NUMBERED -> DevNo.isDevNo(text) ? DevNo.parse(text).toString() : null;
      case KIND -> {
        Kind kind = FilterParser.kind(text);
        yield kind == null ? null : kind.word();
      }
      case FLAG, SOURCE, CERTAINTY, MARK, RELATION, LOST ->
          type.words().contains(lower) ? lower : null;
    };
  }

  private static OptionalLong number(ValueType type, String text) {
    return switch (type) {
      case NUMBER ->
          DECIMAL.matcher(text).matches()
              ? OptionalLong.of(Long.parseLong(text))
              : HEX.matcher(text).matches()
                  ? OptionalLong.of(Long.parseLong(text, 2, text.length(), 16))
                  : OptionalLong.empty();
      case DURATION -> Durations.parse(text);
      case TIME -> time(text);
      default -> OptionalLong.empty();
    };
  }

  private static OptionalLong time(String text) {
    try {
      return TimeSpec.parse(text, ANY_TIME) instanceof Position.AtTime time
          ? OptionalLong.of(time.wallNs())
          : OptionalLong.empty();
    } catch (TimeSyntaxException e) {
      return OptionalLong.empty();
    }
  }

  /** The number, or the time or duration in nanoseconds, that it is. */
  long number() {
    return number;
  }

  /** Whether a value is this one; of several, whether one of them is. */
  boolean isEqual(Object value) {
    if (value instanceof Long n) {
      return isNumber && n == number;
    } else if (value instanceof String s) {
      return s.equals(text) || (text.indexOf('\\') >= 0 && KernelText.printable(s).equals(text));
    } else if (value instanceof DeviceRef ref) {
      return device.means(ref);
    } else if (value instanceof FilterField.Disk disk) {
      return device.meansDisk(disk.dev(), disk.name())
          || (disk.dev().minor() == device.dmMinor()
              && disk.dev().major() == disk.dmMajor()
              && disk.dmMajor() != 0);
    } else if (value instanceof DevNo dev) {
      return dev.equals(device.number());
    } else if (value instanceof Boolean flag) {
      return text.equals(flag.toString());
    } else if (value instanceof List<?> several) {
      for (Object one : several) {
        if (one != null && isEqual(one)) {
          return true;
        }
      }
      return false;
    }
    return word(value).equals(text);
  }

  /** How a value stands to this one; null where it has no order. */
  @Nullable Integer compare(Object value) {
    if (value instanceof Long n) {
      return isNumber ? Long.compare(n, number) : null;
    }
    if (value instanceof List<?> several) {
      for (Object one : several) {
        if (one instanceof Long n && isNumber) {
          return Long.compare(n, number);
        }
      }
    }
    return null;
  }

  private static String word(Object value) {
    if (value instanceof Kind kind) {
      return kind.word();
    } else if (value instanceof Source source) {
      return source.word();
    } else if (value instanceof Certainty certainty) {
      return certainty.word();
    }
    return value instanceof Mark mark ? mark.word() : value.toString();
  }

  static TextTest pattern(Literal pattern) {
    return switch (pattern.form()) {
      case WORD -> pattern.text()::equals;
      case GLOB -> new Glob(pattern.text())::matches;
      case REGEX -> BoundedRegex.of(pattern.text(), false)::find;
      case REGEX_ANY_CASE -> BoundedRegex.of(pattern.text(), true)::find;
    };
  }

  /** Whether a pattern fits a value as it is printed; of several, one of them. */
  static boolean fits(TextTest pattern, Object value) {
    if (value instanceof String s) {
      return pattern.test(s);
    } else if (value instanceof DeviceRef ref) {
      return pattern.test(ref.name().isEmpty() ? ref.dev().toString() : ref.name());
    } else if (value instanceof FilterField.Disk disk) {
      return pattern.test(disk.dev().toString())
          || (!disk.name().isEmpty() && pattern.test(disk.name()));
    } else if (value instanceof List<?> several) {
      for (Object one : several) {
        if (one != null && fits(pattern, one)) {
          return true;
        }
      }
      return false;
    }
    return pattern.test(word(value));
  }
}
