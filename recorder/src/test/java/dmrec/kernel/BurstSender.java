package dmrec.kernel;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/**
 * Has the kernel send so many uevents of paths, as fast as it does or at a rate, from as many
 * threads, and prints the rate it reached: {@code samples/bench/burst} and {@code pace}. No test.
 */
public final class BurstSender {
  private BurstSender() {}

  public static void main(String[] args) throws Exception {
    int count = Integer.parseInt(args[0]);
    int threads = Integer.parseInt(args[1]);
    long stepNs = args.length > 2 ? 1_000_000_000L * threads / Integer.parseInt(args[2]) : 0;
    List<Thread> senders = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      int device = i;
      Thread sender = new Thread(() -> send(device, count / threads, stepNs), "sender");
      senders.add(sender);
    }
    long began = System.nanoTime();
    senders.forEach(Thread::start);
    for (Thread sender : senders) {
      sender.join();
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    int sent = count / threads * threads;
    System.out.printf(Locale.ROOT, "%d %.0f%n", sent, sent / seconds);
  }

  /**
   * A device with eight paths, each of which fails and comes back.
   *
   * @param stepNs from one message to the next, whose DM_SEQNUM says then when it is sent; 0 for no
   *     rest
   */
  private static void send(int device, int count, long stepNs) {
    try (UeventSender sender = UeventSender.throughKernel()) {
      ByteBuffer out = sender.message();
      long dueNs = System.nanoTime();
      for (int i = 0; i < count; i++) {
        boolean failed = (i & 1) == 0;
        int path = i / 2 % 8;
        dueNs += stepNs;
        while (stepNs > 0 && System.nanoTime() - dueNs < 0) {
          LockSupport.parkNanos(dueNs - System.nanoTime());
        }
        byte[] message =
            ("change@/devices/virtual/block/dm-"
                    + device
                    + "\0ACTION=change\0DEVPATH=/devices/virtual/block/dm-"
                    + device
                    + "\0SUBSYSTEM=block\0DM_TARGET=multipath\0DM_ACTION="
                    + (failed ? "PATH_FAILED" : "PATH_REINSTATED")
                    + "\0DM_SEQNUM="
                    + (stepNs > 0 ? System.nanoTime() : i + 1)
                    + "\0DM_PATH=8:"
                    + 16 * path
                    + "\0DM_NR_VALID_PATHS="
                    + (failed ? 7 : 8)
                    + "\0DM_NAME=mpath"
                    + device
                    + "\0DM_UUID=mpath-36001405aaaa000"
                    + device
                    + "\0MAJOR=254\0MINOR="
                    + device
                    + "\0DEVNAME=dm-"
                    + device
                    + "\0DEVTYPE=disk\0DISKSEQ="
                    + (25 + device)
                    + "\0")
                .getBytes(StandardCharsets.ISO_8859_1);
        out.clear();
        out.put(message);
        if (!sender.send(message.length)) {
          throw new IllegalStateException("a message was refused");
        }
      }
    } catch (KernelException e) {
      throw new IllegalStateException(e);
    }
  }
}
