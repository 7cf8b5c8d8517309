package dmrec.kernel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * The running kernel's machine code, from /proc/kcore: an ELF core file of which the program
 * headers say where each range of addresses lies (fs/proc/kcore.c). Reading it needs CAP_SYS_RAWIO.
 *
 * <pre>
 *   header:         magic at 0, class 2 and order 1 at 4, type 4 at 16, machine 62 at 18,
 *                   u64 program headers at 32, u16 size of one at 54, u16 count at 56
 *   program header: u32 type (1: loaded), u32 flags, u64 offset, address, -, size in the file, ...
 * </pre>
 *
 * <p>x86-64 only.
 */
final class KernelCode {
  private static final int HEADER_BYTES = 64;
  private static final int PROGRAM_BYTES = 56;
  private static final int MOST_PROGRAMS = 4096;
  private static final int LOADED = 1;

  /** Longer functions are not searched. */
  private static final int MOST_BYTES = 16 * 1024;

  /** A call with a 32-bit distance from its end. */
  private static final byte CALL = (byte) 0xe8;

  private static final int CALL_BYTES = 5;

  private static final Path KCORE = Path.of("/proc/kcore");
  private static final String ADVICE =
      "It takes CAP_SYS_RAWIO, and a kernel that is not locked down.";

  private final Path file;
  private final FileChannel channel;

  private KernelCode(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /** Why it cannot be read and what that takes, in sentences; empty where it can. */
  static String why() {
    try {
      FileChannel.open(KCORE).close();
      return "";
    } catch (IOException e) {
      return KCORE + " cannot be read. " + ADVICE;
    }
  }

  /**
   * Where a function calls another.
   *
   * @param from where the function begins
   * @param end where the next one begins
   * @return bytes from its beginning to the call
   * @throws KernelException where the file cannot be read or is no such file, and where there is
   *     not exactly one such call
   */
  static int call(long from, long end, long callee) throws KernelException {
    return call(KCORE, from, end, callee);
  }

  static int call(Path file, long from, long end, long callee) throws KernelException {
    if (from == 0 || callee == 0 || end - from < CALL_BYTES || end - from > MOST_BYTES) {
      throw new KernelException(
          "Cannot find a call in " + file,
          "the addresses of both, and of the next function at most " + MOST_BYTES + " bytes on",
          String.format("0x%x to 0x%x, 0x%x", from, end, callee),
          "With CAP_SYSLOG, /proc/kallsyms shows them.");
    }
    try (FileChannel channel = FileChannel.open(file)) {
      ByteBuffer code = new KernelCode(file, channel).read(from, (int) (end - from));
      int found = -1;
      int count = 0;
      for (int at = 0; at <= code.limit() - CALL_BYTES; at++) {
        if (code.get(at) == CALL && from + at + CALL_BYTES + code.getInt(at + 1) == callee) {
          found = at;
          count++;
        }
      }
      if (count != 1) {
        throw new KernelException(
            String.format("Cannot find a call of 0x%x in 0x%x to 0x%x", callee, from, end),
            "exactly one",
            String.valueOf(count),
            "This kernel was compiled differently, or another tracer stands there.");
      }
      return found;
    } catch (KernelException e) {
      throw e;
    } catch (IOException e) {
      throw new KernelException(
          "Cannot read " + file, "the running kernel's memory", String.valueOf(e), ADVICE, e);
    }
  }

  private ByteBuffer read(long address, int length) throws IOException {
    ByteBuffer header = bytes(0, HEADER_BYTES);
    int programs = header.getShort(56) & 0xffff;
    long programsAt = header.getLong(32);
    if (header.getInt(0) != 0x464c457f
        || header.getShort(4) != 0x0102
        || header.getShort(16) != 4
        || header.getShort(18) != 62
        || header.getShort(54) != PROGRAM_BYTES
        || programs > MOST_PROGRAMS
        || programsAt < HEADER_BYTES
        || programsAt > Integer.MAX_VALUE) {
      throw new KernelException(
          "Cannot read " + file,
          "an ELF core of x86-64 with at most " + MOST_PROGRAMS + " program headers",
          String.format(
              "magic 0x%x, type %d, machine %d, %d headers of %d bytes at %d",
              header.getInt(0),
              header.getShort(16),
              header.getShort(18),
              programs,
              header.getShort(54),
              programsAt),
          "Please report it.");
    }
    ByteBuffer all = bytes(programsAt, programs * PROGRAM_BYTES);
    for (int at = 0; at < all.limit(); at += PROGRAM_BYTES) {
      long behind = address - all.getLong(at + 16);
      long size = all.getLong(at + 32);
      boolean isInside = behind >= 0 && size - behind >= length && size > 0;
      long offset = all.getLong(at + 8) + behind;
      if (all.getInt(at) == LOADED && isInside && offset > 0) {
        return bytes(offset, length);
      }
    }
    throw new KernelException(
        "Cannot read " + file,
        String.format("the %d bytes from 0x%x", length, address),
        "none of " + programs + " ranges that has them",
        "Please report it with the kernel's version.");
  }

  private ByteBuffer bytes(long offset, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, offset + bytes.position()) <= 0) {
        throw new KernelException(
            "Cannot read " + file,
            length + " bytes at " + offset,
            bytes.position() + " bytes",
            "Please report it with the kernel's version.");
      }
    }
    return bytes.flip();
  }
}
