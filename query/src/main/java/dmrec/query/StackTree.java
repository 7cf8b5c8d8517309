package dmrec.query;

import dmrec.topology.TopologyView;
import java.util.ArrayList;
import java.util.List;

/**
 * The stack as a person draws it: the devices nobody stands on first, and under each what it does
 * and what it stands on, down to the disks.
 */
public final class StackTree {
  private StackTree() {}

  /** What a piece of text means. No style is the only sign of a state: the words say it too. */
  public enum Style {
    PLAIN(""),
    /** A line of the drawing. */
    LINE("2"),
    NAME("1"),
    DETAIL("2"),
    GOOD("32"),
    WARN("33"),
    BAD("1;31");

    private final String code;

    Style(String code) {
      this.code = code;
    }
  }

  /**
   * A piece of a line.
   *
   * @param text what it says, safe for a terminal
   */
  public record Span(String text, Style style) {}

  /**
   * How to draw.
   *
   * @param boxDrawing box-drawing characters instead of ASCII
   * @param colour ANSI colours; the text is the same without
   */
  public record Options(boolean boxDrawing, boolean colour) {}

  /** What is drawn: a line and what hangs under it. */
  record Node(List<Span> line, List<Node> children) {}

  /** The lines of the whole stack. */
  public static List<List<Span>> lines(TopologyView topology, Options options) {
    List<List<Span>> lines = new ArrayList<>();
    for (Node top : new StackNodes(topology).tops()) {
      lines.add(top.line());
      addChildren(lines, top.children(), "", options.boxDrawing());
    }
    return lines;
  }

  private static void addChildren(
      List<List<Span>> lines, List<Node> children, String indent, boolean box) {
    for (int i = 0; i < children.size(); i++) {
      boolean isLast = i == children.size() - 1;
      String branch = isLast ? (box ? "└─ " : "`- ") : box ? "├─ " : "|- ";
      String below = isLast ? "   " : box ? "│  " : "|  ";
      List<Span> line = new ArrayList<>();
      line.add(new Span(indent + branch, Style.LINE));
      line.addAll(children.get(i).line());
      lines.add(line);
      addChildren(lines, children.get(i).children(), indent + below, box);
    }
  }

  /** The whole stack as text; each line ends with a line feed. */
  public static String draw(TopologyView topology, Options options) {
    return paint(lines(topology, options), options.colour());
  }

  /** Lines as text; each ends with a line feed. */
  static String paint(List<List<Span>> lines, boolean colour) {
    StringBuilder out = new StringBuilder();
    for (List<Span> line : lines) {
      for (Span span : line) {
        boolean isStyled = colour && !span.style().code.isEmpty();
        out.append(isStyled ? "\033[" + span.style().code + "m" : "")
            .append(span.text())
            .append(isStyled ? "\033[0m" : "");
      }
      out.append('\n');
    }
    return out.toString();
  }
}
