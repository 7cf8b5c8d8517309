package dmrec.foreign;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The packets of a capture file, whatever they hold. */
sealed interface Packets permits PcapPackets, PcapngPackets {
  /** No packet that is kept is larger; a uevent has a few hundred bytes. */
  int MOST_BYTES = 256 << 10;

  int SECTION_HEADER = 0x0a0d0d0a;

  /**
   * One packet.
   *
   * @param wallNs {@link When#UNKNOWN} where the file does not tell, or tells nothing possible
   * @param linkType of its interface; -1 where that was never described
   * @param lengthBytes as it was on the wire
   * @param bytes as much of it as was captured; null where that is too much to be a uevent
   */
  record Packet(long wallNs, int linkType, long lengthBytes, @Nullable ByteBuffer bytes) {}

  /**
   * The next packet; null at the end.
   *
   * @throws java.io.EOFException where the file ends within one
   * @throws Broken where nothing behind it can be read either
   */
  @Nullable Packet next() throws IOException;

  /** The file is not what it says, from here on. */
  final class Broken extends IOException {
    private static final long serialVersionUID = 1;
    private final String expected;
    private final String found;

    Broken(String expected, String found) {
      super(expected);
      this.expected = expected;
      this.found = found;
    }

    String expected() {
      return expected;
    }

    String found() {
      return found;
    }
  }

  /** Whether a file that begins with these four bytes, big end first, is one of packets. */
  static boolean isMagic(int magic) {
    return magic == SECTION_HEADER || PcapPackets.isMagic(magic);
  }
}
