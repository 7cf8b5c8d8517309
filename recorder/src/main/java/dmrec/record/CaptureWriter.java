package dmrec.record;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import dmrec.event.Actor;
import dmrec.event.Bytes;
import dmrec.event.UeventBacklog;
import dmrec.target.DevNo;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes a capture: one observation a line, as JSON. Text is text, replies are base64.
 *
 * <p>Of several {@link Observation.Sampled} in a row only the last is written: it says all that the
 * others said, unless it made an event ({@link #keep}).
 */
public final class CaptureWriter implements AutoCloseable {
  private final Path file;
  private final Writer out;
  private final JsonGenerator json;
  private Observation.@Nullable Sampled heldBack;

  private CaptureWriter(Path file, Writer out) throws IOException {
    this.file = file;
    this.out = out;
    this.json =
        JsonFactory.builder()
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .build()
            .createGenerator(out)
            .setRootValueSeparator(null);
  }

  /** Makes {@code file}, readable by its owner alone; one that exists is not overwritten. */
  public static CaptureWriter create(Path file) throws CaptureException {
    try {
      FileAttribute<?>[] mode =
          file.getFileSystem().supportedFileAttributeViews().contains("posix")
              ? new FileAttribute<?>[] {
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
              }
              : new FileAttribute<?>[0];
      // Opened as it is made: by its name it could be another file a moment later.
      return new CaptureWriter(
          file,
          new BufferedWriter(
              Channels.newWriter(
                  Files.newByteChannel(
                      file,
                      Set.of(
                          StandardOpenOption.CREATE_NEW,
                          StandardOpenOption.WRITE,
                          LinkOption.NOFOLLOW_LINKS),
                      mode),
                  StandardCharsets.UTF_8)));
    } catch (java.nio.file.FileAlreadyExistsException e) {
      throw new CaptureException(
          file + ": this file exists already and is kept; give the capture another name");
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  private static CaptureException failed(Path file, IOException e) {
    return new CaptureException(
        file
            + ": the capture cannot be written ("
            + e.getClass().getSimpleName()
            + ": "
            + e.getMessage()
            + "); give a place with space that may be written to");
  }

  /** Adds one observation. */
  public void write(Observation observation) throws CaptureException {
    if (observation instanceof Observation.Sampled sampled) {
      heldBack = sampled;
      return;
    }
    try {
      if (heldBack != null) {
        writeLine(heldBack);
        heldBack = null;
      }
      writeLine(observation);
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  /** What was written last made an event: it stays, even if it is one of several in a row. */
  void keep() throws CaptureException {
    if (heldBack == null) {
      return;
    }
    try {
      writeLine(heldBack);
      heldBack = null;
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  private void writeLine(Observation observation) throws IOException {
    json.writeStartObject();
    json.writeStringField("seen", CaptureNames.of(observation));
    stamp("at", observation.at());
    if (observation instanceof Observation.Answer answer) {
      stamp("began", answer.began());
    }
    if (observation instanceof Observation.Started o) {
      CaptureNames.writeFacts(json, o.facts());
    } else if (observation instanceof Observation.UeventSeen o) {
      json.writeBooleanField("udev", o.udev());
      json.writeNumberField("pid", o.senderPid());
      json.writeNumberField("uid", o.senderUid());
      json.writeStringField("command", o.senderCommand());
      json.writeStringField("message", o.message().text());
    } else if (observation instanceof Observation.Listed o) {
      bytes("reply", o.reply());
    } else if (observation instanceof Observation.Polled o) {
      snapshot(o.dev(), o.diskSeq(), o.readAheadKib());
      bytes("status", o.status());
      bytes("table", o.table());
      if (o.inactive() != null) {
        bytes("inactive", o.inactive());
      }
      bytes("deps", o.deps());
    } else if (observation instanceof Observation.SysfsPolled o) {
      snapshot(o.dev(), o.diskSeq(), o.readAheadKib());
      json.writeStringField("name", o.name().text());
      json.writeStringField("uuid", o.uuid().text());
      json.writeBooleanField("suspended", o.suspended());
      json.writeBooleanField("read_only", o.readOnly());
      json.writeArrayFieldStart("slaves");
      for (DevNo slave : o.slaves()) {
        json.writeString(slave.toString());
      }
      json.writeEndArray();
    } else if (observation instanceof Observation.Vanished o) {
      json.writeStringField("dev", o.dev().toString());
    } else if (observation instanceof Observation.DiskPolled o) {
      json.writeStringField("dev", o.dev().toString());
      json.writeStringField("name", o.name());
      json.writeStringField("wwid", o.wwid());
      json.writeStringField("serial", o.serial());
      json.writeNumberField("sectors", o.sizeSectors());
      if (!o.port().isEmpty()) {
        json.writeStringField("port", o.port());
      }
    } else if (observation instanceof Observation.ProbeSeen o) {
      stamp("happened", o.happened());
      json.writeStringField("record", o.record().text());
      if (o.process() != null) {
        process(o.process());
      }
    } else if (observation instanceof Observation.LogRead o) {
      json.writeStringField("record", o.record().text());
    } else if (observation instanceof Observation.Lost o) {
      json.writeStringField("source", o.source().word());
      json.writeNumberField("count", o.count());
      json.writeStringField("reason", o.reason());
    } else if (observation instanceof Observation.Stopped o) {
      json.writeStringField("reason", o.reason());
      json.writeNumberField("dropped", o.dropped());
      backlog(o.backlog());
    }
    json.writeEndObject();
    json.writeRaw('\n');
  }

  private void snapshot(DevNo dev, long diskSeq, int readAheadKib) throws IOException {
    json.writeStringField("dev", dev.toString());
    json.writeNumberField("diskseq", diskSeq);
    json.writeNumberField("read_ahead_kib", readAheadKib);
  }

  private void process(Actor process) throws IOException {
    json.writeNumberField("pid", process.pid());
    json.writeNumberField("start_ns", process.startNs());
    json.writeNumberField("tid", process.tid());
    json.writeNumberField("uid", process.uid());
    json.writeNumberField("login_uid", process.loginUid());
    json.writeStringField("command", process.command());
    json.writeStringField("executable", process.executable());
    json.writeNumberField("parent_pid", process.parentPid());
    json.writeStringField("parent_command", process.parentCommand());
    json.writeStringField("unit", process.unit());
  }

  private void backlog(UeventBacklog backlog) throws IOException {
    if (!backlog.equals(UeventBacklog.UNKNOWN)) {
      json.writeNumberField("queue_max_bytes", backlog.queueMaxBytes());
      json.writeNumberField("queue_size_bytes", backlog.queueSizeBytes());
      json.writeNumberField("ring_max_bytes", backlog.ringMaxBytes());
      json.writeNumberField("ring_size_bytes", backlog.ringSizeBytes());
    }
  }

  private void stamp(String name, Stamp stamp) throws IOException {
    json.writeArrayFieldStart(name);
    json.writeNumber(stamp.wallNs());
    json.writeNumber(stamp.monoNs());
    json.writeEndArray();
  }

  private void bytes(String name, Bytes bytes) throws IOException {
    json.writeBinaryField(name, bytes.toArray());
  }

  /** Hands what was written to the kernel. */
  public void flush() throws CaptureException {
    try {
      json.flush();
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  @Override
  public void close() throws CaptureException {
    try (out) {
      if (heldBack != null) {
        writeLine(heldBack);
      }
      json.close();
    } catch (IOException e) {
      throw failed(file, e);
    }
  }
}
