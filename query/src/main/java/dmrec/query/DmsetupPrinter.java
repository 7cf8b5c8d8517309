package dmrec.query;

import dmrec.event.Bytes;
import dmrec.topology.Topology;

/** Answers as dmsetup would have answered at the moment of a topology, byte for byte. */
public final class DmsetupPrinter {
  private DmsetupPrinter() {}

  public static DmsetupResult run(Topology topology, DmsetupRequest request) {
    return new DmsetupResult(Bytes.NONE, "Not yet: " + request + topology.seq() + "\n", 1);
  }
}
