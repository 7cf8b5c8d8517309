package dmrec.kernel;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * Lets another program take this process's place: its number, its terminal, its open files.
 *
 * <p>Why not a child: Ctrl-C, job control, signals and the exit code then reach the one program
 * there is, and whoever kills it leaves nothing behind.
 *
 * <p>Thread contract: any thread; the others end where they are, and no shutdown hook runs.
 */
public final class ProcessImage {
  private ProcessImage() {}

  /**
   * Does not return, where it succeeds.
   *
   * @param program its file, without a search along PATH
   * @param arguments argv, the program's name first; bytes without NUL
   * @throws KernelException where the program cannot be run
   */
  public static void replace(byte[] program, List<byte[]> arguments) throws KernelException {
    int pointersBytes = (arguments.size() + 1) * Long.BYTES;
    int textBytes = program.length + 1;
    for (byte[] argument : arguments) {
      textBytes += argument.length + 1;
    }
    Native.LibC libc = Native.libc();
    Native.Block block = Native.Block.allocate(pointersBytes + textBytes);
    // Zeroed: the list ends in a null pointer, each text in a NUL.
    ByteBuffer bytes = block.bytes();
    int at = pointersBytes;
    for (int i = 0; i < arguments.size(); i++) {
      bytes.putLong(i * Long.BYTES, block.address() + at);
      bytes.put(at, arguments.get(i));
      at += arguments.get(i).length + 1;
    }
    bytes.put(at, program);
    libc.execv(block.address() + at, block.address());
    throw new KernelException(
        Native.errno(),
        "Cannot start " + new String(program, java.nio.charset.StandardCharsets.UTF_8),
        "a program",
        "See execve(2).");
  }
}
