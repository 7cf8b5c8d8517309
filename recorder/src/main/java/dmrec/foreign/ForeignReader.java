package dmrec.foreign;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads one file of another program, in memory that does not grow with it. The file may come from a
 * stranger: nothing in it ends the reading but its end.
 */
public abstract sealed class ForeignReader implements AutoCloseable
    permits KernelLogJson, LogText, NetlinkPcap, UdevadmText {
  private long passed;
  private String kernel = "";

  /**
   * Reads {@code in} as {@code format}.
   *
   * @param name stands in what is said of the file
   * @param times how its times are to be understood
   */
  public static ForeignReader open(
      InputStream in, String name, ForeignFormat format, TextTimes times) {
    return switch (format) {
      case UDEVADM -> new UdevadmText(in, name, times);
      case PCAP -> new NetlinkPcap(in, name);
      case JOURNAL -> new KernelLogJson(in, name);
      case DMESG, MULTIPATHD -> new LogText(in, name, times);
    };
  }

  /**
   * The next thing that concerns mapped devices or their disks; null at the end.
   *
   * @throws IOException where the stream fails, or its times cannot be told
   */
  public abstract @Nullable Foreign next() throws IOException;

  /** How much there was, in lines or packets, that concerns neither. */
  public final long passed() {
    return passed;
  }

  /** The kernel's release, where the file tells it before what was read last; else empty. */
  final String kernel() {
    return kernel;
  }

  final void pass() {
    passed++;
  }

  /** A line of the kernel; the first one of a boot names its release. */
  final boolean isFirstOfBoot(String kernelText) {
    String start = "Linux version ";
    if (!kernelText.startsWith(start)) {
      return false;
    }
    int end = kernelText.indexOf(' ', start.length());
    kernel = end < 0 || end - start.length() > 100 ? "" : kernelText.substring(start.length(), end);
    return true;
  }

  @Override
  public abstract void close() throws IOException;
}
