package dmrec.console;

import java.util.List;
import java.util.regex.Pattern;
import org.jline.reader.Highlighter;
import org.jline.reader.LineReader;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;

/** Colours the line while it is typed: a command that does not exist is red before it is run. */
final class LineColours implements Highlighter {
  private static final AttributedStyle KNOWN = AttributedStyle.BOLD;
  private static final AttributedStyle UNKNOWN =
      AttributedStyle.DEFAULT.foreground(AttributedStyle.RED);
  private static final AttributedStyle OPTION =
      AttributedStyle.DEFAULT.foreground(AttributedStyle.CYAN);
  private static final AttributedStyle TEXT =
      AttributedStyle.DEFAULT.foreground(AttributedStyle.GREEN);
  private static final AttributedStyle NUMBER =
      AttributedStyle.DEFAULT.foreground(AttributedStyle.MAGENTA);
  private static final AttributedStyle SIGN =
      AttributedStyle.DEFAULT.foreground(AttributedStyle.YELLOW);
  private static final Pattern SEQ = Pattern.compile("#[0-9]+");

  private final List<String> commands;

  LineColours(List<String> commands) {
    this.commands = commands;
  }

  @Override
  public AttributedString highlight(LineReader reader, String buffer) {
    AttributedStringBuilder out = new AttributedStringBuilder(buffer.length());
    int at = 0;
    boolean isCommand = true;
    for (Token token : Words.of(buffer)) {
      out.append(buffer.substring(at, token.start()));
      String text = buffer.substring(token.start(), token.end());
      out.styled(style(token, isCommand), text);
      at = token.end();
      if (token.type() == Token.Type.PIPE) {
        break;
      }
      isCommand = isCommand && token.value().equals(Own.WATCH.word());
    }
    out.append(buffer.substring(at));
    return out.toAttributedString();
  }

  private AttributedStyle style(Token token, boolean isCommand) {
    if (!token.isWord()) {
      return SIGN;
    }
    if (isCommand) {
      boolean begins = commands.stream().anyMatch(each -> each.startsWith(token.value()));
      boolean known = commands.contains(token.value()) || token.value().equals("exit");
      return known ? KNOWN : begins ? AttributedStyle.DEFAULT : UNKNOWN;
    }
    if (token.open()) {
      return UNKNOWN;
    }
    return token.quoted()
        ? TEXT
        : token.value().startsWith("-")
            ? OPTION
            : SEQ.matcher(token.value()).matches() ? NUMBER : AttributedStyle.DEFAULT;
  }

  @Override
  public void setErrorPattern(Pattern pattern) {
    // Errors are told when a line is run.
  }

  @Override
  public void setErrorIndex(int index) {
    // As above.
  }
}
