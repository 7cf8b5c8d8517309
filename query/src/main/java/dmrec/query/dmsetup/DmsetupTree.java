package dmrec.query.dmsetup;

import dmrec.query.RawText;
import dmrec.query.dmsetup.DmTree.Node;
import dmrec.query.dmsetup.DmsetupSession.Reply;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code dmsetup ls --tree}. */
final class DmsetupTree {
  private static final int MAX_DEPTH = 100;
  private static final int DEFAULT_WIDTH = 80;

  /** What lines are drawn with; the UTF-8 and VT100 forms are bytes like all output. */
  private enum Symbols {
    ASCII("|-", "| ", "`-", "---", "-+-"),
    UTF("├─", "│ ", "└─", "───", "─┬─"),
    VT100(vt("tq"), vt("x") + " ", vt("mq"), vt("qqq"), vt("qwq"));

    private final String branch;
    private final String vertical;
    private final String last;
    private final String single;
    private final String first;

    Symbols(String branch, String vertical, String last, String single, String first) {
      this.branch = RawText.of(branch);
      this.vertical = RawText.of(vertical);
      this.last = RawText.of(last);
      this.single = RawText.of(single);
      this.first = RawText.of(first);
    }

    /** Switches a terminal to its graphic characters and back. */
    private static String vt(String graphic) {
      return "\033(0\017" + graphic + "\033(B";
    }
  }

  private enum Option {
    DEVICE,
    BLKDEVNAME,
    NODEVICE,
    STATUS,
    TABLE,
    ACTIVE,
    OPEN,
    UUID,
    RW,
    UTF,
    VT100,
    ASCII,
    INVERTED,
    COMPACT,
    NOTRUNC;

    private final String word = name().toLowerCase(java.util.Locale.ROOT);
  }

  private static final Set<Option> TAKES_A_LINE =
      EnumSet.of(Option.ACTIVE, Option.RW, Option.OPEN, Option.UUID, Option.TABLE, Option.STATUS);

  private final DmsetupSession session;
  private final DmTree tree;
  private final Set<Option> options;
  private final Symbols symbols;
  private final int terminalWidth;
  private final boolean inverted;
  private final boolean compact;
  private final int[] width = new int[MAX_DEPTH];
  private final boolean[] more = new boolean[MAX_DEPTH];
  private int column = 1;
  private char heldBack;

  private DmsetupTree(
      DmsetupSession session, DmTree tree, Set<Option> options, Symbols symbols, int columns) {
    this.session = session;
    this.tree = tree;
    this.options = options;
    this.symbols = symbols;
    this.terminalWidth = symbols != Symbols.VT100 && columns > 3 ? columns - 3 : DEFAULT_WIDTH;
    this.inverted = options.contains(Option.INVERTED);
    this.compact =
        options.contains(Option.COMPACT) && TAKES_A_LINE.stream().noneMatch(options::contains);
  }

  static boolean run(DmsetupSession session, DmsetupRequest.Tree request) {
    EnumSet<Option> options = EnumSet.of(Option.DEVICE);
    Symbols symbols = request.utf8() ? Symbols.UTF : Symbols.ASCII;
    String rest = request.options() == null ? "" : RawText.of(request.options());
    while (!rest.isEmpty()) {
      int comma = rest.indexOf(',');
      Option option = option(comma < 0 ? rest : rest.substring(0, comma));
      if (option == null) {
        session.complain("Tree options not recognised: " + rest + ".");
        session.complain("Couldn't process command line.");
        return false;
      }
      switch (option) {
        case UTF -> symbols = Symbols.UTF;
        case ASCII -> symbols = Symbols.ASCII;
        case VT100 -> symbols = Symbols.VT100;
        case NODEVICE -> options.remove(Option.DEVICE);
        default -> options.add(option);
      }
      rest = comma < 0 ? "" : rest.substring(comma + 1);
    }
    DmTree tree = DmTree.of(session);
    DmsetupTree printer =
        new DmsetupTree(session, tree, options, symbols, request.terminalColumns());
    printer.walk(tree.root(), 0);
    if (!tree.isComplete()) {
      session.complain("Command failed.");
    }
    return tree.isComplete();
  }

  /** Options may be cut short; the first that fits is meant. */
  private static @Nullable Option option(String text) {
    for (Option option : Option.values()) {
      if (option.word.startsWith(text)) {
        return option;
      }
    }
    return null;
  }

  private void walk(Node node, int depth) {
    List<Node> children = DmTree.children(node, inverted);
    for (int i = 0; i < children.size(); i++) {
      Node child = children.get(i);
      boolean hasChildren = tree.count(child, inverted) > 0;
      print(child, depth, i == children.size() - 1, hasChildren);
      if (hasChildren) {
        walk(child, depth + 1);
      }
    }
  }

  private void print(Node node, int depth, boolean isLast, boolean hasChildren) {
    boolean showsDevice = options.contains(Option.DEVICE);
    boolean showsBlockName = options.contains(Option.BLKDEVNAME);
    if (depth + 2 > MAX_DEPTH || (node.name().isEmpty() && !showsDevice && !showsBlockName)) {
      return;
    }
    more[depth] = !isLast;
    width[depth] = 0;
    boolean isFirstOnLine = column == 1;
    if (!compact || isFirstOnLine) {
      prefix(depth);
    }
    int offset = column;
    if (compact && !isFirstOnLine) {
      put(more[depth] ? symbols.first : symbols.single);
    }
    put(node.name());
    String blockName = showsBlockName ? session.blockName(node.dev()) : null;
    if (blockName != null) {
      put(" <" + blockName + ">");
    }
    if (showsDevice) {
      put(" (" + node.dev() + ")");
    }
    Reply reply = node.reply();
    if (reply != null) {
      attributes(reply);
    }
    if (compact) {
      width[depth] = column - offset;
    }
    if (!compact || !hasChildren) {
      endLine();
    }
  }

  private void attributes(Reply reply) {
    StringBuilder all = new StringBuilder();
    if (options.contains(Option.ACTIVE)) {
      all.append(", ").append(reply.device().suspended() ? "SUSPENDED" : "ACTIVE");
    }
    if (options.contains(Option.RW)) {
      all.append(", ").append(DmsetupInfo.isReadOnly(session, reply.device(), false) ? "RO" : "RW");
    }
    if (options.contains(Option.OPEN)) {
      all.append(", ").append(reply.device().openCount());
    }
    if (options.contains(Option.UUID)) {
      all.append(", ").append(reply.uuid());
    }
    if (all.length() > 0) {
      put(" [" + all.substring(2) + "]");
    }
  }

  private void prefix(int depth) {
    for (int d = 0; d < depth; d++) {
      put(" ".repeat(width[d] + 1));
      if (d == depth - 1) {
        put(more[depth] ? symbols.branch : symbols.last);
      } else {
        put(more[d + 1] ? symbols.vertical : "  ");
      }
    }
  }

  private void put(String text) {
    for (int i = 0; i < text.length(); i++) {
      put(text.charAt(i));
    }
  }

  /** Columns count UTF-8 characters by their first byte; what does not fit ends in dots. */
  private void put(char c) {
    boolean startsCharacter = (c & 0xc0) != 0x80;
    if (startsCharacter) {
      column++;
    }
    if (options.contains(Option.NOTRUNC)) {
      session.print(String.valueOf(c));
      return;
    }
    if (column <= terminalWidth) {
      session.print(String.valueOf(c));
    }
    if (column == terminalWidth + 1 && startsCharacter) {
      if (heldBack != 0 || (c & 0x80) != 0) {
        session.print("...");
      } else {
        heldBack = c;
        column--;
      }
    }
  }

  private void endLine() {
    if (heldBack != 0 && column == terminalWidth) {
      session.print(String.valueOf(heldBack));
    }
    heldBack = 0;
    session.print("\n");
    column = 1;
  }
}
