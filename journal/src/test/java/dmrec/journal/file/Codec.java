package dmrec.journal.file;

import dmrec.event.DeviceRef;
import dmrec.event.EventRecord;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** Encodes and decodes single records for the tests, in every spelling; the names are known. */
public final class Codec {
  private final RecordEncoder encoder = new RecordEncoder();
  private final Format1Encoder format1 = new Format1Encoder();
  private final RecordDecoder decoder = new RecordDecoder();
  private final NameTable names = new NameTable();

  /** The record as a document of its own; its names are known to {@link #read} from then on. */
  public byte[] document(EventRecord record) throws MalformedException {
    encoder.encode(record, record.seq());
    names.add(record.device());
    return Arrays.copyOf(encoder.bytes(), encoder.length());
  }

  public byte[] inline(EventRecord record) throws MalformedException {
    encoder.encodeInline(record, record.seq());
    return Arrays.copyOf(encoder.bytes(), encoder.length());
  }

  public byte[] format1(EventRecord record) throws MalformedException {
    format1.encode(record, record.seq());
    return Arrays.copyOf(format1.bytes(), format1.length());
  }

  /** Takes a definition; what it names is known from then on. */
  public DeviceRef define(byte[] control) throws MalformedException {
    names.add(control, 0);
    return NameDefinition.decode(control, 0);
  }

  public EventRecord read(byte[] document) throws MalformedException {
    return decoder.decode(document, 0, document.length, names);
  }

  public EventRecord readInline(byte[] document) throws MalformedException {
    return decoder.decodeInline(document, 0, document.length);
  }

  /** The definition of a record's names; of no bytes where it needs none. */
  public static byte[] definition(EventRecord record) {
    DefinedNames defined = new DefinedNames();
    if (!defined.isDue(record.device(), 0)) {
      return new byte[0];
    }
    defined.encode(record.device(), record.seq() - 1, record.wallNs());
    return Arrays.copyOf(defined.bytes(), defined.length());
  }

  /** Reads a document of which nothing is known but its definition. */
  public static EventRecord read(byte[] document, byte[] definition) throws MalformedException {
    Codec fresh = new Codec();
    if (definition.length > 0) {
      fresh.define(definition);
    }
    return fresh.read(document);
  }

  /** Makes the checksum right, and the length too, so that what lies behind them is tried. */
  static void repair(byte[] bytes, boolean length) {
    if (length) {
      RecordLayout.INT_LE.set(bytes, RecordLayout.TOTAL_LENGTH, bytes.length);
    }
    int total = RecordLayout.intAt(bytes, RecordLayout.TOTAL_LENGTH);
    if (total >= RecordLayout.HEADER_BYTES && total <= bytes.length) {
      int crc = RecordLayout.crc(new CRC32C(), bytes, 0, total);
      RecordLayout.INT_LE.set(bytes, RecordLayout.CRC, crc);
    }
  }
}
