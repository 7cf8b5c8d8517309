package dmrec.cli.pack;

import dmrec.bundle.Manifest;
import dmrec.decode.DecodeException;
import dmrec.decode.VersionsReply;
import dmrec.event.Bytes;
import dmrec.kernel.DmControl;
import dmrec.kernel.HostFacts;
import dmrec.kernel.KernelException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** What the machine that packs can say of itself, as the journal does not hold it. */
final class PackingHost {
  private static final int MAX_BYTES = 64 << 10;

  private PackingHost() {}

  /** Its name, kernel, distribution and targets; what cannot be read is left out. */
  static Manifest.Host facts() {
    List<String> kernels = List.of();
    List<String> names = List.of();
    try {
      HostFacts facts = HostFacts.read();
      kernels = List.of(facts.kernelRelease());
      names = List.of(facts.hostName());
    } catch (IOException e) {
      // The journal tells its kernels itself.
    }
    return new Manifest.Host(kernels, List.of(), List.of(), distribution(), targets(), names);
  }

  /** PRETTY_NAME of os-release(5). */
  private static String distribution() {
    for (Path file : List.of(Path.of("/etc/os-release"), Path.of("/usr/lib/os-release"))) {
      try {
        if (Files.size(file) > MAX_BYTES) {
          continue;
        }
        for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
          if (line.startsWith("PRETTY_NAME=")) {
            return line.substring("PRETTY_NAME=".length()).replaceAll("^[\"']|[\"']$", "");
          }
        }
      } catch (IOException e) {
        // The other one may be there.
      }
    }
    return "";
  }

  private static SortedMap<String, String> targets() {
    SortedMap<String, String> found = new TreeMap<>();
    try (DmControl control = DmControl.open()) {
      for (Map.Entry<String, List<Integer>> each :
          VersionsReply.decode(Bytes.of(control.targetVersions()).buffer()).targets().entrySet()) {
        List<Integer> v = each.getValue();
        found.put(each.getKey(), v.get(0) + "." + v.get(1) + "." + v.get(2));
      }
    } catch (KernelException | DecodeException e) {
      // Whoever packs need not be root.
    }
    return found;
  }
}
