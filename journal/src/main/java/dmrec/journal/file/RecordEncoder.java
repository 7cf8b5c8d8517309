package dmrec.journal.file;

import static dmrec.journal.file.RecordLayout.INT_LE;
import static dmrec.journal.file.RecordLayout.LONG_LE;
import static dmrec.journal.file.RecordLayout.SHORT_LE;

import dmrec.event.Actor;
import dmrec.event.Bytes;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Field;
import dmrec.event.Fields;
import dmrec.event.JournalEntry;
import dmrec.event.Kind;
import dmrec.event.PathEvent;
import dmrec.event.Source;
import dmrec.target.DevNo;
import dmrec.target.Target;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Writes one record of version 2 at a time into a buffer of its own, which grows up to the limit
 * and is used again: after the first few records it allocates nothing.
 *
 * <p>A field that holds its default is left out, a number is as short as it can be, and evidence
 * that the rest gives back is only marked. So each event has exactly one spelling in a document and
 * one in a checkpoint, and a field added later changes no older record. One thread.
 */
public final class RecordEncoder {
  private static final Fields PATH_FIELDS = Fields.of(Kind.PATH_FAILED);

  private final CRC32C crc = new CRC32C();
  private final RecordBuffer out = new RecordBuffer(64 << 10);
  private final NameDigests digests = new NameDigests();
  private final EvidenceTemplate template = new EvidenceTemplate();

  /** What was written last; valid up to {@link #length} and until the next call. */
  public byte[] bytes() {
    return out.bytes();
  }

  public int length() {
    return out.length();
  }

  /**
   * Spells an entry as a document of its own: its device's name and UUID stand in a definition
   * before it ({@link DefinedNames}).
   *
   * @throws MalformedException where it is larger than the format allows, or holds what it cannot
   *     say
   */
  public void encode(JournalEntry entry, long seq) throws MalformedException {
    if (entry instanceof PathEvent event) {
      encode(event, seq);
    } else {
      encode(entry.asRecord(), seq, false);
    }
  }

  /** What the record of the same event would give, without making one. */
  private void encode(PathEvent event, long seq) throws MalformedException {
    out.begin(RecordLayout.HEADER_BYTES);
    dev(PATH_FIELDS.get(0).tag(), event.path());
    text(PATH_FIELDS.get(1).tag(), event.disk());
    number(PATH_FIELDS.get(2).tag(), event.validPaths());
    number(PATH_FIELDS.get(3).tag(), event.dmSeqnum());
    number(RecordLayout.TAG_MONO_NS, event.monoNs());
    device(event.device(), false);
    Actor actor = event.actor();
    if (actor != null) {
      actor(actor);
    }
    EvidenceTemplate.mark(event, out);
    header(event, Source.UEVENT, event.kind().code(), seq);
  }

  /** As {@link #encode}, but with name and UUID, as within a checkpoint. */
  void encodeInline(EventRecord record, long seq) throws MalformedException {
    encode(record, seq, true);
  }

  private void encode(EventRecord record, long seq, boolean inline) throws MalformedException {
    int kindCode = kindCode(record.event());
    if (record.marks() < 0 || record.marks() > 0xff) {
      throw new MalformedException("marks " + record.marks() + " do not fit 8 bits");
    }
    out.begin(RecordLayout.HEADER_BYTES);
    Fields fields = Fields.of(record.kind());
    for (int i = 0; i < fields.size(); i++) {
      payload(fields.get(i), record.event());
    }
    ExtraFields extra = record.extra().isEmpty() ? null : new ExtraFields(record.extra());
    if (extra != null) {
      extra.copyPayload(out, fields.size());
    }
    number(RecordLayout.TAG_MONO_NS, record.monoNs());
    number(RecordLayout.TAG_RECEIVED_NS, record.receivedNs() - record.wallNs());
    if (record.notBeforeNs() != 0) {
      int at = out.field(RecordLayout.TAG_NOT_BEFORE_NS);
      out.putNumber(record.wallNs() - record.notBeforeNs());
      out.end(at);
    }
    number(RecordLayout.TAG_KERNEL_NS, record.kernelNs());
    device(record.device(), inline);
    Actor actor = record.actor();
    if (actor != null) {
      actor(actor);
    }
    Bytes evidence = record.evidence();
    boolean marked = !evidence.isEmpty() && template.mark(record, out);
    if (extra != null) {
      extra.copyCommon(out);
    }
    if (!marked) {
      bytes(RecordLayout.TAG_EVIDENCE, evidence);
    }
    if (out.length() > RecordLayout.MAX_WRITTEN_BYTES) {
      throw RecordBuffer.tooLarge();
    }
    header(record, record.source(), kindCode, seq);
  }

  static int kindCode(DmEvent event) throws MalformedException {
    if (!(event instanceof DmEvent.Unknown unknown)) {
      return event.kind().code();
    }
    int code = unknown.code();
    if (code < 0 || code > 0xffff || Kind.ofCode(code) != Kind.UNKNOWN) {
      throw new MalformedException("kind " + code + " is no unknown kind of 16 bits");
    }
    return code;
  }

  private void header(JournalEntry entry, Source source, int kindCode, long seq) {
    byte[] b = out.bytes();
    int length = out.length();
    b[RecordLayout.VERSION] = RecordLayout.FORMAT_VERSION;
    b[RecordLayout.FLAGS] = 0;
    b[RecordLayout.HEADER_LENGTH] = RecordLayout.HEADER_BYTES;
    b[RecordLayout.MARKS] = (byte) entry.marks();
    SHORT_LE.set(b, RecordLayout.KIND, (short) kindCode);
    b[RecordLayout.SOURCE] = (byte) source.code();
    b[RecordLayout.CERTAINTY] = (byte) entry.certainty().code();
    INT_LE.set(b, RecordLayout.TOTAL_LENGTH, length);
    LONG_LE.set(b, RecordLayout.SEQ, seq);
    LONG_LE.set(b, RecordLayout.WALL_NS, entry.wallNs());
    INT_LE.set(b, RecordLayout.CRC, RecordLayout.crc(crc, b, 0, length));
  }

  private void device(DeviceRef device, boolean inline) throws MalformedException {
    if (!device.dev().equals(DevNo.NONE) || device.diskSeq() != 0) {
      int at = out.field(RecordLayout.TAG_DEVICE);
      out.putDev(device.dev());
      out.putNumber(device.diskSeq());
      out.end(at);
    }
    Long digest = inline ? null : digests.of(device);
    if (digest != null) {
      int at = out.field(RecordLayout.TAG_NAMES);
      out.putLong(digest);
      out.end(at);
    } else {
      text(RecordLayout.TAG_NAME, device.name());
      text(RecordLayout.TAG_UUID, device.uuid());
    }
  }

  private void actor(Actor actor) throws MalformedException {
    int at = out.field(RecordLayout.TAG_ACTOR);
    out.putByte(actor.relation().code());
    out.putNumber(actor.pid());
    out.putNumber(actor.startNs());
    out.putNumber(actor.tid());
    out.putNumber(actor.uid());
    out.putNumber(actor.loginUid());
    out.putCountedText(actor.command());
    out.putCountedText(actor.executable());
    out.putNumber(actor.parentPid());
    out.putCountedText(actor.parentCommand());
    out.putCountedText(actor.unit());
    out.end(at);
  }

  private void payload(Field field, DmEvent event) throws MalformedException {
    int tag = field.tag();
    switch (field.type()) {
      case INT -> number(tag, field.getInt(event));
      case LONG -> number(tag, field.getLong(event));
      case BOOLEAN -> {
        if (field.getBoolean(event)) {
          out.end(out.field(tag));
        }
      }
      case TEXT -> text(tag, field.getText(event));
      case DEV -> dev(tag, field.getDev(event));
      case BYTES -> bytes(tag, field.getBytes(event));
      case TARGETS -> targets(tag, field.getTargets(event));
      case DEVS -> devs(tag, field.getDevs(event));
      case TEXTS -> texts(tag, field.getTexts(event));
    }
  }

  private void dev(int tag, DevNo value) throws MalformedException {
    if (!value.equals(DevNo.NONE)) {
      int at = out.field(tag);
      out.putDev(value);
      out.end(at);
    }
  }

  private void number(int tag, long value) throws MalformedException {
    if (value != 0) {
      int at = out.field(tag);
      out.putNumber(value);
      out.end(at);
    }
  }

  private void text(int tag, String text) throws MalformedException {
    if (!text.isEmpty()) {
      int at = out.field(tag);
      out.putText(text);
      out.end(at);
    }
  }

  private void bytes(int tag, Bytes value) throws MalformedException {
    if (!value.isEmpty()) {
      int at = out.field(tag);
      out.putBytes(value);
      out.end(at);
    }
  }

  private void targets(int tag, List<Target> targets) throws MalformedException {
    if (targets.isEmpty()) {
      return;
    }
    int at = out.field(tag);
    for (int i = 0; i < targets.size(); i++) {
      Target target = targets.get(i);
      out.putNumber(target.startSector());
      out.putNumber(target.lengthSectors());
      out.putCountedText(target.type());
      out.putCountedText(target.params());
      out.putCountedText(target.status());
    }
    out.end(at);
  }

  private void devs(int tag, List<DevNo> devs) throws MalformedException {
    if (devs.isEmpty()) {
      return;
    }
    int at = out.field(tag);
    for (int i = 0; i < devs.size(); i++) {
      out.putDev(devs.get(i));
    }
    out.end(at);
  }

  private void texts(int tag, List<String> texts) throws MalformedException {
    if (texts.isEmpty()) {
      return;
    }
    int at = out.field(tag);
    for (int i = 0; i < texts.size(); i++) {
      out.putCountedText(texts.get(i));
    }
    out.end(at);
  }
}
