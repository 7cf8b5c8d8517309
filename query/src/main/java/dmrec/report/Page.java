package dmrec.report;

import dmrec.event.KernelText;
import dmrec.event.Sha256;
import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/**
 * The file around the data: the page, its style and its programs, all inside, and a policy that
 * lets the browser run just these and ask nobody for anything.
 *
 * <p>The data is compressed and in Base64, so that no byte of it can end the element it stands in.
 */
final class Page {
  private static final Pattern HOLE = Pattern.compile("\\{\\{([a-z0-9.]+)\\}\\}");
  private static final String FOLDER = "/dmrec/report/";

  /** The programs of the page, in the order in which they need each other. */
  private static final List<String> PROGRAMS =
      List.of(
          "data.js",
          "time.js",
          "dom.js",
          "filter.js",
          "stack.js",
          "graph.js",
          "timeline.js",
          "table.js",
          "print.js",
          "app.js");

  private Page() {}

  static void write(String title, Packed data, OutputStream to) throws IOException {
    OutputStream out = new BufferedOutputStream(to, 1 << 16);
    String style = resource("app.css");
    String d3 = library("d3/dist/d3.min.js");
    String dagre = library("dagre/dist/dagre.min.js");
    String programs = programs();
    String policy =
        "default-src 'none'; script-src "
            + String.join(" ", hash(d3), hash(dagre), hash(programs))
            + "; style-src "
            + hash(style)
            + "; base-uri 'none'; form-action 'none'";
    Map<String, String> parts =
        Map.of(
            "policy", policy,
            "title", escaped(title.isEmpty() ? "dmrec report" : title),
            "d3.licence", escaped(resource("d3/LICENSE").strip()),
            "dagre.licence", escaped(resource("dagre/LICENSE").strip()),
            "style", style,
            "d3", d3,
            "dagre", dagre,
            "programs", programs);
    String page = resource("page.html");
    Matcher holes = HOLE.matcher(page);
    int written = 0;
    while (holes.find()) {
      text(page.substring(written, holes.start()), out);
      String part = parts.get(holes.group(1));
      if (part != null) {
        text(part, out);
      } else {
        data(data, out);
      }
      written = holes.end();
    }
    text(page.substring(written), out);
    out.flush();
  }

  private static void text(String text, OutputStream out) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
  }

  private static void data(Packed data, OutputStream out) throws IOException {
    // Base64 has to be closed to be whole, and the file goes on behind it.
    try (OutputStream base64 = Base64.getEncoder().wrap(new Unclosed(out));
        OutputStream gzip = new Gzip(base64)) {
      gzip.write(data.toArray());
    }
  }

  private static final class Unclosed extends FilterOutputStream {
    Unclosed(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      out.write(bytes, from, length);
    }

    @Override
    public void close() throws IOException {
      flush();
    }
  }

  /** Its header has no time in it. */
  private static final class Gzip extends GZIPOutputStream {
    Gzip(OutputStream out) throws IOException {
      super(out, 1 << 16);
      def.setLevel(Deflater.BEST_COMPRESSION);
    }
  }

  private static String programs() throws IOException {
    StringBuilder all = new StringBuilder("(() => {\n\"use strict\";\n");
    for (String program : PROGRAMS) {
      all.append(resource(program));
    }
    return all.append("})();\n").toString();
  }

  /** Without the name of a file that is not here. */
  private static String library(String name) throws IOException {
    return resource(name).replaceAll("(?m)^//# sourceMappingURL=.*$", "").strip() + "\n";
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = Page.class.getResourceAsStream(FOLDER + name)) {
      if (in == null) {
        throw new IOException("this build of dmrec lacks " + FOLDER + name + "; build it anew");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static String hash(String text) {
    byte[] digest = Sha256.of(text.getBytes(StandardCharsets.UTF_8));
    return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
  }

  private static String escaped(String text) {
    return KernelText.printable(text)
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
