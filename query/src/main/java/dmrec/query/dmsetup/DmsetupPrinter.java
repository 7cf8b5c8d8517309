package dmrec.query.dmsetup;

import dmrec.topology.TopologyView;

/** Answers as dmsetup would have answered at the moment of a topology, byte for byte. */
public final class DmsetupPrinter {
  private DmsetupPrinter() {}

  public static DmsetupResult run(TopologyView topology, DmsetupRequest request) {
    DmsetupSession session = new DmsetupSession(topology);
    return session.result(answer(session, request));
  }

  private static boolean answer(DmsetupSession session, DmsetupRequest request) {
    if (request instanceof DmsetupRequest.Table table) {
      return DmsetupTable.run(session, table);
    }
    if (request instanceof DmsetupRequest.Status status) {
      return DmsetupTable.run(session, status);
    }
    if (request instanceof DmsetupRequest.Deps deps) {
      return DmsetupDeps.deps(session, deps);
    }
    if (request instanceof DmsetupRequest.Ls ls) {
      return DmsetupDeps.ls(session, ls);
    }
    if (request instanceof DmsetupRequest.Tree tree) {
      return DmsetupTree.run(session, tree);
    }
    DmsetupRequest.Info info = (DmsetupRequest.Info) request;
    return info.columns() == null
        ? DmsetupInfo.run(session, info)
        : InfoReport.run(session, info, info.columns());
  }
}
