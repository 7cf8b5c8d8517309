package dmrec.console;

import java.util.ArrayList;
import java.util.List;
import org.jline.reader.Candidate;
import org.jline.reader.CompletingParsedLine;
import org.jline.reader.CompletionMatcher;
import org.jline.reader.LineReader;
import org.jline.reader.Parser;
import org.jspecify.annotations.Nullable;

/** Tells JLine where the words of a line are; their meaning is {@link Line}'s business. */
final class LineParser implements Parser {

  @Override
  public CompletingParsedLine parse(String line, int cursor, ParseContext context) {
    String before = line.substring(0, cursor);
    List<Token> tokens = Words.of(before);
    Token last = tokens.isEmpty() ? null : tokens.get(tokens.size() - 1);
    int start = last != null && last.isWord() && last.end() == cursor ? last.start() : cursor;
    return new Parsed(line, cursor, start);
  }

  @Override
  public boolean isEscapeChar(char ch) {
    return false;
  }

  /** The word that ends at the cursor, as it stands there. */
  private record Parsed(String line, int cursor, int start) implements CompletingParsedLine {
    @Override
    public String word() {
      return line.substring(start, cursor);
    }

    @Override
    public int wordCursor() {
      return cursor - start;
    }

    @Override
    public int wordIndex() {
      return words().size() - 1;
    }

    @Override
    public List<String> words() {
      List<String> words = new ArrayList<>();
      for (Token token : Words.of(line.substring(0, start))) {
        words.add(token.value());
      }
      words.add(word());
      return words;
    }

    @Override
    public CharSequence escape(CharSequence candidate, boolean complete) {
      return candidate;
    }

    @Override
    public int rawWordCursor() {
      return cursor - start;
    }

    @Override
    public int rawWordLength() {
      return cursor - start;
    }
  }

  /** Takes every proposal: {@link Completion} has chosen, and knows what quotes mean. */
  static final class AllOfThem implements CompletionMatcher {
    private List<Candidate> candidates = List.of();

    @Override
    public void compile(
        java.util.Map<LineReader.Option, Boolean> options,
        boolean prefix,
        CompletingParsedLine line,
        boolean caseInsensitive,
        int errors,
        String originalGroupName) {
      candidates = List.of();
    }

    @Override
    public List<Candidate> matches(List<Candidate> all) {
      candidates = List.copyOf(all);
      return new ArrayList<>(all);
    }

    @Override
    public @Nullable Candidate exactMatch() {
      return candidates.size() == 1 ? candidates.get(0) : null;
    }

    @Override
    public String getCommonPrefix() {
      String common = candidates.isEmpty() ? "" : candidates.get(0).value();
      for (Candidate each : candidates) {
        int length = 0;
        String value = each.value();
        while (length < Math.min(common.length(), value.length())
            && common.charAt(length) == value.charAt(length)) {
          length++;
        }
        common = common.substring(0, length);
      }
      return common;
    }
  }
}
