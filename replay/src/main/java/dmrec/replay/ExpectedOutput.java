package dmrec.replay;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A stored output, read line by line. The file may be anybody's: what {@link ExpectedWriter} would
 * not have written is an error that names the line.
 */
public final class ExpectedOutput implements Closeable {
  private static final int LONGEST_LINE = 9 * OutputLines.LONGEST_BYTES;

  private final String name;
  private final Reader in;
  private final boolean byEvent;
  private long lineNumber;
  private long lastSeq;
  private @Nullable Line next;

  /**
   * A line.
   *
   * @param seq the event that it belongs to; 0 where to none
   */
  record Line(long seq, String text) {}

  private ExpectedOutput(String name, Reader in) throws IOException {
    this.name = name;
    this.in = in;
    String format = readLine();
    byEvent = ExpectedWriter.BY_EVENT.equals(format);
    if (!byEvent && !ExpectedWriter.BY_LINE.equals(format)) {
      throw new IOException(
          name
              + ": expected a first line '"
              + ExpectedWriter.BY_EVENT
              + "', found another; --record-expected makes such a file");
    }
    next = parse(readLine());
  }

  /**
   * Opens a file.
   *
   * @throws IOException where it cannot be read or is none; its message names it
   */
  public static ExpectedOutput open(Path file) throws IOException {
    Reader in =
        new BufferedReader(
            new InputStreamReader(
                Files.newInputStream(file),
                StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)));
    try {
      return new ExpectedOutput(file.toString(), in);
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  /** Whether a file looks like one, or holds nothing: so that it may be made again. */
  public static boolean isOne(Path file) throws IOException {
    byte[] begin = new byte[ExpectedWriter.BY_EVENT.length()];
    try (InputStream in = Files.newInputStream(file)) {
      int length = in.readNBytes(begin, 0, begin.length);
      String text = new String(begin, 0, length, StandardCharsets.ISO_8859_1);
      return length == 0
          || text.equals(ExpectedWriter.BY_EVENT)
          || text.startsWith(ExpectedWriter.BY_LINE);
    }
  }

  String name() {
    return name;
  }

  /** Whether its lines belong to events; otherwise they are in order only. */
  boolean isByEvent() {
    return byEvent;
  }

  /** The next line, without taking it; null at the end. */
  @Nullable Line peek() {
    return next;
  }

  /** The next line; null at the end. */
  @Nullable Line take() throws IOException {
    Line line = next;
    if (line != null) {
      next = parse(readLine());
    }
    return line;
  }

  /** All lines that come next and belong to this event. */
  EventOutput takeOf(long seq) throws IOException {
    EventOutput output = new EventOutput();
    for (Line line = next; line != null && line.seq() == seq; line = next) {
      output.line(line.text());
      take();
    }
    return output;
  }

  private @Nullable Line parse(@Nullable String line) throws IOException {
    if (line == null) {
      return null;
    }
    int blank = line.indexOf(' ');
    String number = line.substring(0, blank < 0 ? line.length() : blank);
    String text = blank < 0 ? "" : line.substring(blank + 1);
    if (!number.matches("#(|[1-9]\\d{0,17})")) {
      throw wrong("'#NUMBER TEXT' or '# TEXT'");
    }
    if (!OutputLines.isEscaped(text)) {
      throw wrong("text with everything escaped that no terminal shows");
    }
    long seq = number.length() == 1 ? 0 : Long.parseLong(number.substring(1));
    if (seq != 0 && seq < lastSeq) {
      throw wrong("the number " + lastSeq + " or a higher one");
    }
    lastSeq = Math.max(lastSeq, seq);
    return new Line(seq, text);
  }

  private IOException wrong(String expected) {
    return new IOException(
        name
            + ", line "
            + lineNumber
            + ": expected "
            + expected
            + ", found something else; make the file again with --record-expected");
  }

  private @Nullable String readLine() throws IOException {
    StringBuilder line = new StringBuilder();
    lineNumber++;
    try {
      int c = in.read();
      if (c < 0) {
        return null;
      }
      for (; c >= 0 && c != '\n'; c = in.read()) {
        if (line.length() == LONGEST_LINE) {
          throw wrong("a line of at most " + LONGEST_LINE + " characters");
        }
        line.append((char) c);
      }
    } catch (MalformedInputException e) {
      throw wrong("UTF-8");
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
