package dmrec.query;

import dmrec.topology.Topology;
import java.util.List;

/** The stack as a person draws it: top-level devices first, what they stand on underneath. */
public final class StackTree {
  private StackTree() {}

  /** What a piece of text means; a screen may give each its own colour. */
  public enum Style {
    PLAIN,
    LINE,
    NAME,
    DETAIL,
    GOOD,
    WARN,
    BAD
  }

  /** A piece of a line. */
  public record Span(String text, Style style) {}

  /**
   * How to draw.
   *
   * @param boxDrawing box-drawing characters instead of ASCII
   * @param colour ANSI colours; the text is the same without
   */
  public record Options(boolean boxDrawing, boolean colour) {}

  /** The lines of the whole stack. */
  public static List<List<Span>> lines(Topology topology, Options options) {
    return List.of(List.of(new Span("seq " + topology.seq() + options.boxDrawing(), Style.PLAIN)));
  }

  /** The whole stack as text. */
  public static String draw(Topology topology, Options options) {
    return lines(topology, options).toString();
  }
}
