package dmrec.journal;

import dmrec.event.Bytes;
import dmrec.journal.Tampering.Document;
import dmrec.journal.file.Chain;
import dmrec.journal.file.Codec;
import dmrec.journal.file.ControlRecord;
import dmrec.journal.file.DocumentScanner;
import dmrec.journal.file.FileHeader;
import dmrec.journal.file.JournalFolder;
import dmrec.journal.file.MalformedException;
import dmrec.journal.file.RecordLayout;
import dmrec.journal.file.SealRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Rewrites a journal as a writer of format 1 would have left it. */
final class Format1Journals {
  private static final int PART_BYTES = 4;

  private Format1Journals() {}

  /** All files of a journal that nobody signed; its seals are made anew where they stood. */
  static void rewrite(Path journal) throws IOException {
    Chain chain = null;
    for (Path file : JournalFolder.cycles(journal)) {
      FileHeader header = Objects.requireNonNull(DocumentScanner.headerOf(file));
      // What retention removed before it is not changed.
      chain = new Chain(chain == null ? header.link() : chain.close());
      List<byte[]> documents = new ArrayList<>();
      Codec codec = new Codec();
      try {
        for (Document each : Tampering.documents(file)) {
          byte[] bytes = inFormat1(each, codec, chain);
          if (bytes.length > 0) {
            chain.add(bytes, 0, bytes.length);
            documents.add(bytes);
          }
        }
      } catch (MalformedException e) {
        throw new AssertionError(e);
      }
      Tampering.replaceAll(file, documents);
    }
  }

  /** No bytes where format 1 has no such document. */
  private static byte[] inFormat1(Document document, Codec codec, Chain chain)
      throws MalformedException {
    byte[] bytes = document.bytes().toArray();
    FileHeader header = FileHeader.decode(bytes, 0, bytes.length);
    if (header != null) {
      return new FileHeader(
              1,
              header.writer(),
              header.journal(),
              header.number(),
              header.firstSeq(),
              header.wallMaxNs(),
              chain.peek(),
              header.seals(),
              header.sync(),
              header.publicKey())
          .encode();
    } else if (document.isEvent()) {
      return codec.format1(codec.read(bytes));
    }
    return switch (String.valueOf(ControlRecord.at(bytes, 0))) {
      case "DEFINITION" -> {
        codec.define(bytes);
        yield new byte[0];
      }
      case "CHECKPOINT" -> checkpoint(bytes, codec);
      case "SEAL" -> {
        Bytes digests = chain.digests();
        yield new SealRecord(
                RecordLayout.longAt(bytes, RecordLayout.SEQ),
                RecordLayout.longAt(bytes, RecordLayout.WALL_NS),
                chain.close(),
                digests,
                0,
                Bytes.NONE)
            .encode();
      }
      default -> throw new AssertionError("not for a signed journal");
    };
  }

  private static byte[] checkpoint(byte[] control, Codec codec) throws MalformedException {
    ByteBuffer in = ByteBuffer.wrap(control).order(ByteOrder.LITTLE_ENDIAN);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(control, 0, ControlRecord.HEADER_BYTES + PART_BYTES);
    in.position(ControlRecord.HEADER_BYTES + PART_BYTES);
    while (in.hasRemaining()) {
      byte[] record = new byte[in.getInt()];
      long uncounted = in.getLong();
      in.get(record);
      byte[] old = codec.format1(codec.readInline(record));
      ByteBuffer entry = ByteBuffer.allocate(4 + 8 + old.length).order(ByteOrder.LITTLE_ENDIAN);
      out.writeBytes(entry.putInt(old.length).putLong(uncounted).put(old).array());
    }
    byte[] all = out.toByteArray();
    ControlRecord.CHECKPOINT.begin(
        all,
        RecordLayout.longAt(control, RecordLayout.SEQ),
        RecordLayout.longAt(control, RecordLayout.WALL_NS));
    return all;
  }
}
