package dmrec.bundle;

import dmrec.event.EventJson;
import dmrec.event.EventJsonException;
import dmrec.event.EventRecord;
import dmrec.event.IoErrors;
import dmrec.event.KernelText;
import dmrec.journal.JournalException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Reads events as {@link EventJson} writes them, one object a line; they may come from a stranger.
 *
 * <p>Memory is bounded by one line, of at most {@value #MAX_LINE_BYTES} bytes: more than the
 * largest record takes, each of its bytes escaped. One thread.
 */
public final class EventsReader implements AutoCloseable {
  static final int MAX_LINE_BYTES = 32 << 20;

  private final String name;
  private final InputStream in;
  private final byte[] block = new byte[64 << 10];
  private int at;
  private int end;
  private long line;

  private EventsReader(String name, InputStream in) {
    this.name = name;
    this.in = in;
  }

  /**
   * Opens a file.
   *
   * @throws JournalException where it cannot be read
   */
  public static EventsReader open(Path file) throws JournalException {
    try {
      return new EventsReader(IoErrors.shown(file), Files.newInputStream(file));
    } catch (IOException e) {
      throw new JournalException(IoErrors.cannot("read", file, e), e);
    }
  }

  /** Reads from a stream, which is closed with the reader; {@code name} stands in its errors. */
  public static EventsReader of(String name, InputStream in) {
    return new EventsReader(KernelText.printable(name), in);
  }

  /**
   * The next event, or null at the end. Empty lines are passed.
   *
   * @throws JournalException where a line is none; it names file, line and column
   */
  public @Nullable EventRecord next() throws JournalException {
    ByteBuffer bytes;
    do {
      line++;
      bytes = line();
    } while (bytes != null && isBlank(bytes));
    if (bytes == null) {
      return null;
    }
    try {
      return EventJson.read(StandardCharsets.UTF_8.newDecoder().decode(bytes).toString());
    } catch (EventJsonException e) {
      throw new JournalException(place() + e.getMessage(), e);
    } catch (CharacterCodingException e) {
      throw new JournalException(place() + "expected UTF-8, found bytes that are none", e);
    }
  }

  /** Whatever else is to be said of the line that was read last. */
  JournalException wrong(String what) {
    return new JournalException(place() + what);
  }

  private String place() {
    return name + ":" + line + ": ";
  }

  private static boolean isBlank(ByteBuffer bytes) {
    for (int i = bytes.position(); i < bytes.limit(); i++) {
      byte b = bytes.get(i);
      if (b != ' ' && b != '\t' && b != '\r') {
        return false;
      }
    }
    return true;
  }

  /** The next line without its end; null at the end. */
  private @Nullable ByteBuffer line() throws JournalException {
    if (at == end && !fill()) {
      return null;
    }
    int from = at;
    if (findEnd()) {
      return ByteBuffer.wrap(block, from, at++ - from);
    }
    ByteArrayOutputStream whole = new ByteArrayOutputStream(2 * block.length);
    boolean ended = false;
    while (!ended) {
      if (whole.size() + at - from > MAX_LINE_BYTES) {
        throw wrong("expected a line of at most " + MAX_LINE_BYTES + " bytes, found a longer one");
      }
      whole.write(block, from, at - from);
      if (at < end) {
        at++;
        break;
      }
      ended = !fill();
      from = at;
      findEnd();
    }
    return ByteBuffer.wrap(whole.toByteArray());
  }

  /** Goes to the end of the line; false where it is not in the block. */
  private boolean findEnd() {
    while (at < end && block[at] != '\n') {
      at++;
    }
    return at < end;
  }

  private boolean fill() throws JournalException {
    try {
      at = 0;
      end = Math.max(0, in.read(block));
      return end > 0;
    } catch (IOException e) {
      throw new JournalException(place() + "cannot be read on: " + IoErrors.reason(e), e);
    }
  }

  @Override
  public void close() throws JournalException {
    try {
      in.close();
    } catch (IOException e) {
      throw new JournalException(name + ": cannot be closed: " + IoErrors.reason(e), e);
    }
  }
}
