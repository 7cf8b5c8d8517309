package dmrec.selftest;

import dmrec.bundle.FolderTree;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The removal of all that one self-test made: each kind, whatever came of the others.
 *
 * <p>For one thread.
 */
final class Removal {
  /** Until its programs have ended; systemd kills a service 90 s behind its SIGTERM. */
  static final long WITHIN_NS = 60_000_000_000L;

  private static final long ENDING_S = 20;

  /** udev may hold a device open for a moment. */
  private static final int ROUNDS = 50;

  private static final long ROUND_MS = 100;

  private final Remains remains;
  private final long endNs;
  private final List<String> failed = new ArrayList<>();

  /** Removes a kind of things. */
  private interface Part {
    void run() throws IOException, InterruptedException;
  }

  /**
   * @param remains with programs that end by then
   */
  Removal(Remains remains, long endNs) {
    this.remains = remains;
    this.endNs = endNs;
  }

  void remove(long pid) throws IOException, InterruptedException {
    Path folder = remains.folder(pid);
    boolean isOwn = Remains.isOwn(folder);
    if (isOwn) {
      attempt(() -> endRecorders(folder));
    }
    attempt(() -> removeDevices(Remains.prefix(pid)));
    if (isOwn) {
      attempt(() -> detachLoops(folder));
    }
    if (isOwn && failed.isEmpty()) {
      // Nobody else can swap anything in it meanwhile, as nobody else can enter it.
      attempt(() -> FolderTree.delete(folder));
    }
    if (!failed.isEmpty()) {
      throw new SelfTestException(
          "selftest: expected to remove all that selftest "
              + pid
              + " made, found: "
              + String.join(", ", failed)
              + "; see who uses it (dmsetup ls --tree, lsof), then 'dmrec selftest --clean-up'");
    }
  }

  private void attempt(Part part) throws InterruptedException {
    try {
      part.run();
    } catch (SelfTestException e) {
      failed.add(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      failed.add(e.toString());
    }
  }

  private boolean isOver() {
    return remains.programs().nanoTime().getAsLong() - endNs >= 0;
  }

  private Programs.Ran run(String program, String... arguments)
      throws IOException, InterruptedException {
    return remains.programs().run(program, List.of(arguments));
  }

  private void endRecorders(Path folder) throws IOException, InterruptedException {
    for (ProcessHandle recorder : remains.recorders(folder)) {
      recorder.destroy();
      try {
        recorder.onExit().get(ENDING_S, TimeUnit.SECONDS);
      } catch (ExecutionException | TimeoutException e) {
        recorder.destroyForcibly();
      }
    }
  }

  private void detachLoops(Path folder) throws IOException, InterruptedException {
    for (String loop : remains.loops(folder)) {
      Programs.Ran ran = run("losetup", "--detach", loop);
      if (ran.status() != 0) {
        failed.add(loop + " still there (" + ran.said().strip() + ")");
      }
    }
  }

  /**
   * Resumes all devices, so that nobody waits for a suspended one. Then removes them, those that
   * nobody uses first.
   */
  private void removeDevices(String prefix) throws IOException, InterruptedException {
    List<Remains.Device> devices = remains.devices(prefix);
    for (Remains.Device device : devices) {
      run("dmsetup", "resume", "--noflush", device.name());
    }
    String said = "";
    for (int round = 0; round < ROUNDS && !devices.isEmpty() && !isOver(); round++) {
      boolean isRemoved = false;
      boolean isForced = round >= ROUNDS / 2;
      for (Remains.Device device : devices) {
        if (!isOver() && (isForced || !device.isOpen())) {
          // --force makes the I/O fail that keeps a device in use.
          Programs.Ran ran =
              isForced
                  ? run("dmsetup", "remove", "--force", device.name())
                  : run("dmsetup", "remove", device.name());
          isRemoved |= ran.status() == 0;
          said = ran.status() == 0 ? said : ran.said().strip();
        }
      }
      devices = remains.devices(prefix);
      if (!isRemoved) {
        Thread.sleep(ROUND_MS);
      }
    }
    for (Remains.Device device : devices) {
      failed.add(device.name() + " still there (" + said + ")");
    }
  }
}
