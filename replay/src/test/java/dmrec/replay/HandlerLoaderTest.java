package dmrec.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.handler.DmEventHandler;
import dmrec.handler.HandlerException;
import dmrec.handler.HandlerFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Handlers from source files, classes and jars; all are compiled here. */
class HandlerLoaderTest {
  private static final String IMPORTS = "import dmrec.handler.*;\n";
  private static final String HANDLE = "public void handle(ReplayedEvent at) {}\n";

  @TempDir @Nullable Path temp;

  private final List<String> handlerPath = new ArrayList<>();

  @BeforeEach
  void forgetWhatHandlersSaid() {
    System.clearProperty("said");
  }

  // Source files.

  @Test
  void compilesASourceFile() throws Exception {
    Path source =
        write(
            "Counting.java",
            IMPORTS + "public class Counting implements DmEventHandler { " + HANDLE + "}");

    HandlerFactory factory = find(source.toString());

    assertEquals(source.toString(), factory.name());
    assertEquals("Counting", factory.make().getClass().getName());
  }

  @Test
  void compilesItIntoMemoryOnly() throws Exception {
    Path source =
        write(
            "Quiet.java",
            IMPORTS + "public class Quiet implements DmEventHandler { " + HANDLE + "}");

    find(source.toString()).make();

    try (Stream<Path> files = Files.list(folder())) {
      assertEquals(List.of(source), files.toList());
    }
  }

  @Test
  void takesTheOnlyHandlerOfAFileWithoutAPublicClass() throws Exception {
    Path source =
        write(
            "many.java",
            IMPORTS
                + "record Point(int x) {}\n"
                + "abstract class Base implements DmEventHandler {}\n"
                + "class Mine extends Base { "
                + HANDLE
                + "}");

    assertEquals("Mine", find(source.toString()).make().getClass().getName());
  }

  @Test
  void takesThePublicHandlerOfSeveral() throws Exception {
    Path source =
        write(
            "Main.java",
            IMPORTS
                + "class Other implements DmEventHandler { "
                + HANDLE
                + "}\n"
                + "public class Main implements DmEventHandler { "
                + HANDLE
                + "static class Inner extends Other {} }");

    assertEquals("Main", find(source.toString()).make().getClass().getName());
  }

  @Test
  void showsWhatTheCompilerSays() throws Exception {
    Path source = write("Bad.java", "public class Bad {\n\tint x = \"no number\";\n}");

    assertEquals(
        source
            + " does not compile:\n"
            + source
            + ":2: error: incompatible types: String cannot be converted to int\n"
            + "    int x = \"no number\";\n"
            + "            ^\n"
            + "1 error",
        failure(source.toString()));
  }

  @Test
  void doesNotCompileTheFilesBesideIt() throws Exception {
    write("Helper.java", "class Helper {}");
    Path source = write("User.java", "class User { Helper helper; }");

    handlerPath.add(folder().toString());
    assertTrue(failure(source.toString()).contains("cannot find symbol"));
  }

  @Test
  void compilesAgainstTheHandlerPath() throws Exception {
    jar("helper.jar", compile("lib.Helper", "package lib; public class Helper {}"), "");
    handlerPath.add(folder().resolve("helper.jar").toString());
    Path source =
        write(
            "User.java",
            IMPORTS
                + "public class User implements DmEventHandler { lib.Helper h = new lib.Helper();"
                + HANDLE
                + "}");

    assertEquals("User", find(source.toString()).make().getClass().getName());
  }

  @Test
  void saysWhichSourceFileIsThereInstead() throws Exception {
    write("FlappingPaths.java", "");

    String missing = folder().resolve("FlapingPaths.java").toString();
    assertEquals(
        missing
            + ": there is no such file; did you mean "
            + folder().resolve("FlappingPaths.java")
            + "?",
        failure(missing));
  }

  @Test
  void saysWhereNoClassOfAFileIsAHandler() throws Exception {
    Path source = write("Plain.java", "public class Plain {}");

    assertEquals(
        source + ": no class in it implements dmrec.handler.DmEventHandler or extends TypedHandler",
        failure(source.toString()));
  }

  @Test
  void asksWhichOfSeveralHandlersIsMeant() throws Exception {
    Path source =
        write(
            "two.java",
            IMPORTS
                + "class A implements DmEventHandler { "
                + HANDLE
                + "}\n"
                + "class B implements DmEventHandler { "
                + HANDLE
                + "}");

    assertEquals(
        source + ": several handlers are in it (A, B); make the one that is meant public",
        failure(source.toString()));
  }

  // Classes.

  @Test
  void findsAClassInAFolderByItsNameAndByItsSimpleName() throws Exception {
    handlerPath.add(compile("x.y.Watch", handler("x.y", "Watch", "")).toString());

    assertEquals("x.y.Watch", find("x.y.Watch").make().getClass().getName());
    assertEquals("x.y.Watch", find("Watch").make().getClass().getName());
  }

  @Test
  void findsANestedClassAsItIsWrittenInJava() throws Exception {
    handlerPath.add(
        compile(
                "x.Outer",
                "package x; "
                    + IMPORTS
                    + "public class Outer { public static class Nested implements DmEventHandler { "
                    + HANDLE
                    + "} }")
            .toString());

    assertEquals("x.Outer$Nested", find("x.Outer.Nested").make().getClass().getName());
    assertEquals("x.Outer$Nested", find("x.Outer$Nested").make().getClass().getName());
  }

  @Test
  void findsAHandlerOnItsOwnClassPath() throws Exception {
    DmEventHandler handler = find(OnTheClassPath.class.getName()).make();

    assertEquals(OnTheClassPath.class.getName(), handler.getClass().getName());
    assertNotSame(OnTheClassPath.class, handler.getClass());
  }

  @Test
  void forgetsStaticFieldsFromOneInstanceToTheNext() throws Exception {
    handlerPath.add(
        compile(
                "x.Static",
                handler(
                    "x",
                    "Static",
                    "static int made; public Static() { System.setProperty(\"said\", \"\" + ++made); }"))
            .toString());
    HandlerFactory factory = find("x.Static");

    DmEventHandler first = factory.make();
    assertEquals("1", System.getProperty("said"));
    DmEventHandler second = factory.make();
    assertEquals("1", System.getProperty("said"));
    assertNotSame(first.getClass(), second.getClass());
  }

  @Test
  void runsNothingOfAHandlerBeforeItIsMade() throws Exception {
    handlerPath.add(
        compile(
                "x.Loud",
                handler("x", "Loud", "static { System.setProperty(\"said\", \"something\"); }"))
            .toString());

    HandlerFactory factory = find("x.Loud");
    assertEquals(null, System.getProperty("said"));

    factory.make();
    assertEquals("something", System.getProperty("said"));
  }

  // Service files.

  @Test
  void findsAHandlerWithItsDependencyByTheNameInAServiceFile() throws Exception {
    // given: a handler in one jar, what it needs in another, both in a folder
    Path lib =
        compile(
            "lib.Helper",
            "package lib; public class Helper { public static String word() { return \"helped\"; } }");
    jar("deps/helper.jar", lib, "");
    Path classes =
        compile(
            "x.Paging",
            "package x; "
                + IMPORTS
                + "@HandlerName(\"page-oncall\") public class Paging implements DmEventHandler {"
                + " public Paging() { System.setProperty(\"said\", lib.Helper.word()); }"
                + HANDLE
                + "}");
    jar("deps/handlers.jar", classes, "# those of x\nx.Paging # pages\n");

    // when
    handlerPath.add(folder().resolve("deps").toString());
    DmEventHandler handler = find("page-oncall").make();

    // then
    assertEquals("x.Paging", handler.getClass().getName());
    assertEquals("helped", System.getProperty("said"));
    assertEquals("x.Paging", find("x.Paging").make().getClass().getName());
  }

  @Test
  void instantiatesOnlyTheHandlerThatIsAskedFor() throws Exception {
    String loud = "static { System.setProperty(\"said\", \"Loud\"); }";
    Path classes = compile("x.Loud", handler("x", "Loud", loud));
    compile("x.Asked", handler("x", "Asked", ""));
    jar("two.jar", classes, "x.Loud\nx.Gone\nx.Asked\n");
    handlerPath.add(folder().resolve("two.jar").toString());

    assertEquals("x.Asked", find("Asked").make().getClass().getName());
    assertEquals(null, System.getProperty("said"));
  }

  @Test
  void letsAHandlersLibraryWinOverItsOwn() throws Exception {
    // given: a class that is on the class path of this test too
    handlerPath.add(
        compile(
                "dmrec.replay.Library",
                "package dmrec.replay; public class Library { public static String whose() { return \"the handler's\"; } }")
            .toString());
    handlerPath.add(
        compile(
                "x.Using",
                handler(
                    "x",
                    "Using",
                    "public Using() { System.setProperty(\"said\", dmrec.replay.Library.whose()); }"))
            .toString());

    find("x.Using").make();

    assertEquals("the handler's", System.getProperty("said"));
    assertEquals("dmrec's", Library.whose());
  }

  @Test
  void sharesItsEventsWithHandlersWhateverTheyBring() throws Exception {
    // given: a jar that holds a copy of the interface
    compile("x.Fat", handler("x", "Fat", ""));
    Path classes =
        compile(
            "dmrec.handler.HandlerName", "package dmrec.handler; public @interface HandlerName {}");
    handlerPath.add(classes.toString());

    Class<?> type = find("x.Fat").make().getClass();
    assertSame(
        dmrec.handler.HandlerName.class,
        Class.forName("dmrec.handler.HandlerName", false, type.getClassLoader()));
  }

  @Test
  void lendsHandlersTheirOwnClassLoaderWhileTheyAreMade() throws Exception {
    handlerPath.add(
        compile(
                "x.Context",
                handler(
                    "x",
                    "Context",
                    "public Context() { System.setProperty(\"said\","
                        + " \"\" + (Thread.currentThread().getContextClassLoader() == getClass().getClassLoader())); }"))
            .toString());

    find("x.Context").make();

    assertEquals("true", System.getProperty("said"));
  }

  @Test
  void makesThousandsWithoutKeepingThem() throws Exception {
    Path classes = compile("x.Many", handler("x", "Many", "byte[] much = new byte[1 << 20];"));
    jar("many.jar", classes, "x.Many\n");
    handlerPath.add(folder().resolve("many.jar").toString());
    HandlerFactory factory = find("Many");

    long openBefore = openFiles();
    for (int i = 0; i < 5_000; i++) {
      factory.make();
    }
    assertTrue(openFiles() - openBefore < 100, "leaves files open");
  }

  // What goes wrong.

  @Test
  void namesWhatMayHaveBeenMeant() throws Exception {
    Path classes = compile("x.FlappingPaths", handler("x", "FlappingPaths", ""));
    handlerPath.add(classes.toString());

    assertEquals(
        "there is no handler 'FlapingPaths' (the handler path is "
            + classes
            + "); did you mean FlappingPaths?",
        failure("FlapingPaths"));
    assertEquals(
        "there is no handler 'x.FlapingPaths' (the handler path is "
            + classes
            + "); did you mean x.FlappingPaths?",
        failure("x.FlapingPaths"));
    assertEquals(
        "there is no handler 'jso' (the handler path is " + classes + "); did you mean json?",
        failure("jso"));
  }

  @Test
  void saysWhereThereIsNoHandlerPath() {
    assertEquals(
        "there is no handler 'a.B' (--handler-path says where else to look)", failure("a.B"));
  }

  @ParameterizedTest
  @CsvSource({"a/B", "''", ".", "a..b", "a.b", "x.y.", "int"})
  void findsNothingByOddNames(String name) throws Exception {
    handlerPath.add(compile("a.B", handler("a", "B", "")).toString());

    String message = failure(name);
    assertTrue(message.startsWith("there is no handler '" + name + "'"), message);
  }

  @Test
  void saysWhichHandlersShareAName() throws Exception {
    Path classes = compile("a.Same", handler("a", "Same", ""));
    compile("b.Same", handler("b", "Same", ""));
    handlerPath.add(classes.toString());

    assertEquals(
        "'Same' may be any of a.Same, b.Same; name one of them with its package", failure("Same"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "public class Bad {} | is no handler: it has to implement dmrec.handler.DmEventHandler or extend TypedHandler",
        "public class Bad implements DmEventHandler { public Bad(int x) {} %s } | has no public constructor without arguments; add one: public Bad() {}",
        "public class Bad implements DmEventHandler { private Bad() {} %s } | has no public constructor without arguments; add one: public Bad() {}",
        "public abstract class Bad implements DmEventHandler { %s } | is abstract; name a class that extends it",
        "public interface Bad extends DmEventHandler {} | is abstract; name a class that extends it",
      })
  void saysWhyAClassIsNoHandler(String code, String why) throws Exception {
    handlerPath.add(compile("x.Bad", "package x; " + IMPORTS + code.formatted(HANDLE)).toString());

    assertEquals("x.Bad " + why, failure("x.Bad"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "public Bad() { throw new IllegalStateException(\"no room\"); } | java.lang.IllegalStateException: no room (Bad.java:3)",
        "static int x = 1 / Integer.parseInt(\"0\"); | java.lang.ArithmeticException: / by zero (Bad.java:3)",
        "public Bad() { Integer.parseInt(\"x\"); } | java.lang.NumberFormatException: For input string: \"x\" (Bad.java:3)",
      })
  void saysWhatAConstructorThrewAndWhere(String code, String what) throws Exception {
    handlerPath.add(
        compile(
                "x.Bad",
                "package x;\n"
                    + IMPORTS
                    + "public class Bad implements DmEventHandler { "
                    + code
                    + HANDLE
                    + "}")
            .toString());
    HandlerFactory factory = find("x.Bad");

    HandlerException e = assertThrows(HandlerException.class, factory::make);
    assertEquals("x.Bad: its constructor threw " + what, e.getMessage());
  }

  @Test
  void saysWhichJavaAClassNeeds() throws Exception {
    Path classes = compile("x.Newer", handler("x", "Newer", ""));
    Path file = classes.resolve("x/Newer.class");
    byte[] code = Files.readAllBytes(file);
    code[7] = (byte) (44 + 99);
    Files.write(file, code);
    handlerPath.add(classes.toString());

    int here = Runtime.version().feature();
    assertEquals(
        ("x.Newer is compiled for Java 99, this is Java " + here)
            + ("; name a newer Java by DMREC_JAVA, or compile it with --release " + here),
        failure("x.Newer"));
  }

  @Test
  void saysWhichClassIsMissing() throws Exception {
    Path classes = compile("lib.Helper", "package lib; public class Helper {}");
    handlerPath.add(classes.toString());
    compile("x.Needy", handler("x", "Needy", "lib.Helper helper = new lib.Helper();"));
    compile("x.Field", handler("x", "Field", "public Field(lib.Helper x) {} public Field() {}"));
    compile(
        "x.Child",
        "package x; "
            + IMPORTS
            + "public class Child extends lib.Helper implements DmEventHandler {"
            + HANDLE
            + "}");
    Files.delete(classes.resolve("lib/Helper.class"));

    for (String name : List.of("x.Child", "x.Field")) {
      assertEquals(
          name + " needs lib.Helper, which is not there; add its jar with --handler-path",
          failure(name));
    }
    HandlerException e = assertThrows(HandlerException.class, () -> find("x.Needy").make());
    assertEquals(
        "x.Needy needs lib.Helper, which is not there; add its jar with --handler-path",
        e.getMessage());
  }

  @Test
  void saysWhatIsWrongWithTheHandlerPath() throws Exception {
    Path text = write("notes.jar", "no jar");
    handlerPath.add(folder().resolve("none").toString());

    assertEquals(
        "--handler-path: " + folder().resolve("none") + ": there is no such jar or folder",
        failure("x.Y"));

    handlerPath.set(0, text.toString());
    assertTrue(failure("x.Y").startsWith("--handler-path: " + text + ": cannot be read as a jar"));
  }

  @Test
  void takesAListOfPlacesAndPlacesWithColons() throws Exception {
    Path odd = Files.createDirectories(folder().resolve("a:b"));
    Path classes = compile("x.InList", handler("x", "InList", ""));
    Files.createDirectories(odd.resolve("x"));
    Files.copy(classes.resolve("x/InList.class"), odd.resolve("x/InList.class"));

    handlerPath.add(odd.toString());
    assertEquals("x.InList", find("InList").make().getClass().getName());

    handlerPath.set(
        0, folder().resolve("classes") + ":" + Files.createDirectory(folder().resolve("e")));
    assertEquals("x.InList", find("InList").make().getClass().getName());
  }

  /** A handler beside the tests. */
  public static final class OnTheClassPath implements DmEventHandler {
    @Override
    public void handle(dmrec.handler.ReplayedEvent event) {}
  }

  private static String handler(String inPackage, String name, String body) {
    return "package "
        + inPackage
        + "; "
        + IMPORTS
        + "public class "
        + name
        + " implements DmEventHandler { "
        + body
        + " "
        + HANDLE
        + "}";
  }

  private HandlerFactory find(String into) throws HandlerException {
    return new HandlerLoader(handlerPath, List.of("print", "json")).find(into);
  }

  private String failure(String into) {
    String message = assertThrows(HandlerException.class, () -> find(into)).getMessage();
    assertFalse(Objects.requireNonNull(message).isBlank());
    return message;
  }

  private Path folder() {
    return Objects.requireNonNull(temp);
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder().resolve(name), text);
  }

  /** Compiles a class into the folder of all classes here, which it returns. */
  private Path compile(String className, String code) throws IOException {
    JavaCompiler compiler = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler());
    Path classes = Files.createDirectories(folder().resolve("classes"));
    Path sources = Files.createDirectories(folder().resolve("sources"));
    Path source =
        Files.writeString(
            sources.resolve(className.substring(className.lastIndexOf('.') + 1) + ".java"), code);
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    int status =
        compiler.run(
            null,
            said,
            said,
            "-g",
            "-proc:none",
            "-implicit:none",
            "-cp",
            classes + ":" + folder() + "/deps/helper.jar:" + System.getProperty("java.class.path"),
            "-d",
            classes.toString(),
            source.toString());
    assertEquals(0, status, said.toString(java.nio.charset.StandardCharsets.UTF_8));
    return classes;
  }

  private void jar(String name, Path classes, String services) throws IOException {
    Path file = folder().resolve(name);
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    try (OutputStream out = Files.newOutputStream(file);
        JarOutputStream jar = new JarOutputStream(out);
        Stream<Path> files = Files.walk(classes)) {
      if (!services.isEmpty()) {
        jar.putNextEntry(new JarEntry("META-INF/services/dmrec.handler.DmEventHandler"));
        jar.write(services.getBytes(java.nio.charset.StandardCharsets.UTF_8));
      }
      for (Path each : files.filter(Files::isRegularFile).toList()) {
        jar.putNextEntry(new JarEntry(classes.relativize(each).toString()));
        jar.write(Files.readAllBytes(each));
        Files.delete(each);
      }
    }
  }

  private static long openFiles() {
    return Objects.requireNonNull(Path.of("/proc/self/fd").toFile().list()).length;
  }
}
