package dmrec.replay;

import dmrec.handler.DmEventHandler;
import dmrec.handler.HandlerException;
import dmrec.handler.HandlerFactory;
import dmrec.handler.HandlerName;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds the handlers that are written in Java: by class name, by the name under which a service
 * file offers them, or as one source file. Only the class that is asked for is ever instantiated,
 * and names come from the user alone, never from a journal.
 */
public final class HandlerLoader {
  private static final String SERVICES = "META-INF/services/" + DmEventHandler.class.getName();

  private final HandlerPath path;
  private final List<String> builtIn;

  /**
   * Looks in those places, and in dmrec's own class path.
   *
   * @param handlerPath each a jar, a folder (its classes and every jar in it), or a list of those
   *     as class paths are written
   * @param builtIn names of handlers that the caller knows itself, for what a user may have meant
   */
  public HandlerLoader(List<String> handlerPath, List<String> builtIn) throws HandlerException {
    this.path = HandlerPath.of(handlerPath);
    this.builtIn = List.copyOf(builtIn);
  }

  /**
   * The handler that {@code into} names.
   *
   * @throws HandlerException where there is none, or it cannot be used; its message says what to do
   */
  public HandlerFactory find(String into) throws HandlerException {
    return into.endsWith(".java") ? fromSource(into) : fromClass(into);
  }

  private HandlerFactory fromSource(String into) throws HandlerException {
    Path source = Path.of(into);
    if (!Files.isRegularFile(source)) {
      throw new HandlerException(
          into + ": there is no such file" + didYouMean(into, sourcesBeside(source)));
    }
    Map<String, byte[]> compiled = HandlerSource.compile(source, path);
    try (HandlerClassLoader loader = new HandlerClassLoader(path, compiled)) {
      List<Class<?>> handlers = new ArrayList<>();
      for (String name : compiled.keySet()) {
        Class<?> type = HandlerClass.load(name, loader);
        if (HandlerClass.isHandler(type) && !type.isAnonymousClass() && !type.isLocalClass()) {
          handlers.add(type);
        }
      }
      return new HandlerClass(into, handlerOf(source, handlers), path, compiled);
    } catch (IOException e) {
      throw new HandlerException(into + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static String handlerOf(Path source, List<Class<?>> handlers) throws HandlerException {
    for (Class<?> type : handlers) {
      if (!type.isMemberClass() && Modifier.isPublic(type.getModifiers())) {
        return type.getName();
      }
    }
    if (handlers.size() == 1) {
      return handlers.get(0).getName();
    }
    throw new HandlerException(
        handlers.isEmpty()
            ? source
                + ": no class in it implements "
                + DmEventHandler.class.getName()
                + " or extends TypedHandler"
            : source
                + ": several handlers are in it ("
                + handlers.stream().map(Class::getName).collect(Collectors.joining(", "))
                + "); make the one that is meant public");
  }

  private static List<String> sourcesBeside(Path source) {
    Path parent = source.getParent();
    try (Stream<Path> files = Files.list(parent == null ? Path.of(".") : parent)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".java"))
          .map(name -> parent == null ? name : parent.resolve(name).toString())
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private HandlerFactory fromClass(String into) throws HandlerException {
    try (HandlerClassLoader loader = new HandlerClassLoader(path, Map.of())) {
      if (exists(into, loader)) {
        return new HandlerClass(into, into, path, Map.of());
      }
      Map<String, String> offered = offered(loader);
      List<String> classes = path.classNames();
      Set<String> found = new LinkedHashSet<>();
      offered.forEach(
          (className, name) -> {
            if (name.equals(into)) {
              found.add(className);
            }
          });
      for (String name : classes) {
        // As it is written in Java, whose names do not tell packages from classes.
        if (simple(name).equals(into) || name.replace('$', '.').equals(into)) {
          found.add(name);
        }
      }
      if (found.size() > 1) {
        throw new HandlerException(
            ("'" + into + "' may be any of " + String.join(", ", found))
                + "; name one of them with its package");
      }
      if (found.isEmpty()) {
        throw new HandlerException(
            "there is no handler '"
                + into
                + "' ("
                + path.text()
                + ")"
                + meant(into, offered.values(), classes));
      }
      return new HandlerClass(into, found.iterator().next(), path, Map.of());
    } catch (IOException e) {
      throw new HandlerException(
          "--handler-path: " + SERVICES + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static boolean exists(String className, HandlerClassLoader loader)
      throws HandlerException {
    try {
      Class.forName(className, false, loader);
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    } catch (LinkageError e) {
      // It is there, and making it says what is wrong with it; unless the path takes one name for
      // another: "foo/Bar" for "foo.Bar".
      return !String.valueOf(e.getMessage()).contains("wrong name");
    }
  }

  /** What service files offer: the names to call them by, by class. */
  private static Map<String, String> offered(HandlerClassLoader loader) throws IOException {
    Map<String, String> offered = new LinkedHashMap<>();
    for (URL file : Collections.list(loader.getResources(SERVICES))) {
      for (String className : classesIn(file)) {
        offered.put(className, nameOf(className, loader));
      }
    }
    return offered;
  }

  private static List<String> classesIn(URL file) throws IOException {
    URLConnection connection = file.openConnection();
    // A cached one would keep its jar open.
    connection.setUseCaches(false);
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8))) {
      return lines
          .lines()
          .map(line -> line.split("#", 2)[0].strip())
          .filter(line -> !line.isEmpty())
          .toList();
    }
  }

  private static String nameOf(String className, HandlerClassLoader loader) {
    try {
      HandlerName name = Class.forName(className, false, loader).getAnnotation(HandlerName.class);
      return name == null ? simple(className) : name.value();
    } catch (ClassNotFoundException | LinkageError e) {
      // Whoever asks for it is told what is wrong with it.
      return simple(className);
    }
  }

  private static String simple(String className) {
    return className.substring(
        Math.max(className.lastIndexOf('.'), className.lastIndexOf('$')) + 1);
  }

  private String meant(String into, Iterable<String> offered, List<String> classes) {
    Set<String> names = new LinkedHashSet<>(builtIn);
    offered.forEach(names::add);
    for (String name : classes) {
      names.add(into.indexOf('.') < 0 ? simple(name) : name.replace('$', '.'));
    }
    return didYouMean(into, names);
  }

  private static String didYouMean(String word, Iterable<String> names) {
    List<String> near = new ArrayList<>();
    for (String name : names) {
      // One letter more, less or wrong leaves all the others on its sides.
      if (likeness(word, name) * 3 >= Math.max(word.length(), name.length()) * 2) {
        near.add(name);
      }
    }
    near.sort(Comparator.comparingInt(name -> -likeness(word, name)));
    return near.isEmpty()
        ? ""
        : "; did you mean " + String.join(" or ", near.subList(0, Math.min(3, near.size()))) + "?";
  }

  /** How many letters two words share at their beginnings and ends. */
  private static int likeness(String a, String b) {
    int most = Math.min(a.length(), b.length());
    int head = 0;
    while (head < most && same(a.charAt(head), b.charAt(head))) {
      head++;
    }
    int tail = 0;
    while (tail < most - head
        && same(a.charAt(a.length() - 1 - tail), b.charAt(b.length() - 1 - tail))) {
      tail++;
    }
    return head + tail;
  }

  private static boolean same(char a, char b) {
    return Character.toLowerCase(a) == Character.toLowerCase(b);
  }
}
