package dmrec.replay;

import dmrec.handler.HandlerException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;

/** Compiles a handler that is one source file, into memory. */
final class HandlerSource {
  private HandlerSource() {}

  /** The classes of {@code source} by their names, the file's first class first. */
  static Map<String, byte[]> compile(Path source, HandlerPath path) throws HandlerException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    if (compiler == null) {
      throw new HandlerException(
          source
              + ": this Java has no compiler ("
              + System.getProperty("java.home")
              + "); install a JDK or name one by DMREC_JAVA, or give compiled classes with"
              + " --handler-path");
    }
    StringWriter said = new StringWriter();
    try (Memory memory =
        new Memory(compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8), path)) {
      boolean done =
          compiler
              .getTask(
                  said,
                  memory,
                  null,
                  // Names for the debugger; and nothing on the class path runs in the compiler.
                  List.of("-g", "-proc:none"),
                  null,
                  memory.sources(source))
              .call();
      if (!done) {
        throw new HandlerException(
            source + " does not compile:\n" + said.toString().strip().replace("\t", "    "));
      }
      return memory.classes();
    } catch (IOException e) {
      throw new HandlerException(source + ": cannot be compiled: " + e.getMessage(), e);
    }
  }

  /** The compiler's files: reads from disk, writes to memory. */
  private static final class Memory extends ForwardingJavaFileManager<StandardJavaFileManager> {
    private final Map<String, ByteArrayOutputStream> written = new LinkedHashMap<>();

    Memory(StandardJavaFileManager files, HandlerPath path) throws IOException {
      super(files);
      List<Path> classPath = new ArrayList<>(path.places());
      classPath.addAll(HandlerClassLoader.classPath());
      files.setLocationFromPaths(StandardLocation.CLASS_PATH, classPath);
      // One file means one file: others beside it are not compiled along.
      files.setLocationFromPaths(StandardLocation.SOURCE_PATH, List.of());
    }

    Iterable<? extends JavaFileObject> sources(Path source) {
      return fileManager.getJavaFileObjects(source);
    }

    Map<String, byte[]> classes() {
      return written.entrySet().stream()
          .collect(
              Collectors.toMap(
                  Map.Entry::getKey,
                  entry -> entry.getValue().toByteArray(),
                  (a, b) -> b,
                  LinkedHashMap::new));
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        JavaFileManager.Location location,
        String className,
        JavaFileObject.Kind kind,
        FileObject sibling) {
      URI uri = URI.create("memory:///" + className.replace('.', '/') + kind.extension);
      return new SimpleJavaFileObject(uri, kind) {
        @Override
        public OutputStream openOutputStream() {
          ByteArrayOutputStream bytes = new ByteArrayOutputStream();
          written.put(className, bytes);
          return bytes;
        }
      };
    }
  }
}
