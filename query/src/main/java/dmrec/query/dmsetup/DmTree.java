package dmrec.query.dmsetup;

import dmrec.query.dmsetup.DmsetupSession.Call;
import dmrec.query.dmsetup.DmsetupSession.Reply;
import dmrec.query.dmsetup.DmsetupSession.Wanted;
import dmrec.target.DevNo;
import dmrec.topology.Device;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which device stands on which, as libdevmapper collects it: its order of children is the order in
 * which links were made, so they are made the same way here.
 */
final class DmTree {
  private final Node root = new Node(DevNo.NONE, null);
  private final Map<DevNo, Node> nodes = new HashMap<>();
  private final DmsetupSession session;
  private boolean complete = true;

  private DmTree(DmsetupSession session) {
    this.session = session;
  }

  /** A device; one that is no mapped device has no reply, as dmsetup does not look at it. */
  static final class Node {
    private final DevNo dev;
    private final @Nullable Reply reply;
    private final List<Node> uses = new ArrayList<>();
    private final List<Node> usedBy = new ArrayList<>();

    private Node(DevNo dev, @Nullable Reply reply) {
      this.dev = dev;
      this.reply = reply;
    }

    DevNo dev() {
      return dev;
    }

    /** Its name; empty for what is no mapped device. */
    String name() {
      return reply == null ? "" : reply.name();
    }

    @Nullable Reply reply() {
      return reply;
    }

    List<Node> uses() {
      return uses;
    }

    List<Node> usedBy() {
      return usedBy;
    }
  }

  /** Collects all devices. */
  static DmTree of(DmsetupSession session) {
    DmTree tree = new DmTree(session);
    tree.complete =
        DeviceLoop.forEach(session, listed -> tree.add(tree.root, listed.device().dev()));
    return tree;
  }

  /** Whether every device could be looked at. */
  boolean isComplete() {
    return complete;
  }

  Node root() {
    return root;
  }

  @Nullable Node find(DevNo dev) {
    return nodes.get(dev);
  }

  /** The nodes under another one, or above it where {@code inverted}. */
  static List<Node> children(Node node, boolean inverted) {
    return inverted ? node.usedBy : node.uses;
  }

  /** How many there are, the root not counted. */
  int count(Node node, boolean inverted) {
    if (inverted) {
      return root.uses.contains(node) ? 0 : node.usedBy.size();
    }
    return node.uses.contains(root) ? 0 : node.uses.size();
  }

  private boolean add(Node parent, DevNo dev) {
    Node node = nodes.get(dev);
    boolean isNew = node == null;
    if (node == null) {
      Reply reply = null;
      if (session.isMapped(dev)) {
        reply = session.ask(Call.DEPS, Wanted.dev(dev));
        if (reply == null) {
          session.complain("_deps: task run failed for (" + dev + ")");
          return false;
        }
      }
      node = new Node(dev, reply);
      nodes.put(dev, node);
    }
    linkTree(parent, node);
    if (!isNew) {
      return true;
    }
    Device device = node.reply == null ? null : node.reply.device();
    if (device == null || device.dependencies().isEmpty()) {
      link(node, root);
      return true;
    }
    for (DevNo used : device.dependencies()) {
      if (!add(node, used)) {
        return false;
      }
    }
    return true;
  }

  /** Links to the root go as soon as there is another link of their kind. */
  private void linkTree(Node parent, Node child) {
    if (parent == root) {
      if (count(child, true) > 0) {
        return;
      }
    } else {
      unlink(root, child);
      unlink(parent, root);
    }
    link(parent, child);
  }

  private static void link(Node parent, Node child) {
    if (!parent.uses.contains(child)) {
      parent.uses.add(child);
      child.usedBy.add(parent);
    }
  }

  private static void unlink(Node parent, Node child) {
    if (parent.uses.remove(child)) {
      child.usedBy.remove(parent);
    }
  }
}
