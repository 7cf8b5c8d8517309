package dmrec.replay;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The classes of one instance of a handler: its own first, so that no library of dmrec's wins over
 * the one that a handler brings; and loaded anew, so that no static field remembers an earlier
 * replay.
 *
 * <p>Looked for in this order: the JDK and what dmrec shares with handlers (the packages in {@link
 * #SHARED}, from dmrec's own loader, as both have to mean the same class by the same name); classes
 * compiled from source; the handler path; dmrec's class path, loaded anew too.
 *
 * <p>Nobody closes one: a handler loads classes as long as it lives. The jars are closed with the
 * last loader that can still be reached.
 */
final class HandlerClassLoader extends URLClassLoader {
  private static final List<String> SHARED =
      List.of("dmrec.handler.", "dmrec.event.", "dmrec.target.", "dmrec.topology.");

  static {
    registerAsParallelCapable();
  }

  private final Map<String, byte[]> compiled;

  HandlerClassLoader(HandlerPath path, Map<String, byte[]> compiled) {
    super(path.urls().toArray(URL[]::new), libraries());
    this.compiled = compiled;
  }

  private static ClassLoader libraries() {
    return new URLClassLoader(
        HandlerPath.urls(classPath()).toArray(URL[]::new), new SharedClassLoader());
  }

  /** What dmrec itself was started from. */
  static List<Path> classPath() {
    List<Path> places = new ArrayList<>();
    for (String place : System.getProperty("java.class.path", "").split(File.pathSeparator, -1)) {
      if (!place.isEmpty()) {
        places.add(Path.of(place));
      }
    }
    return places;
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      if (loaded == null && !name.startsWith("java.") && !isShared(name)) {
        try {
          loaded = findClass(name);
        } catch (ClassNotFoundException e) {
          loaded = null;
        }
      }
      return loaded != null ? loaded : super.loadClass(name, resolve);
    }
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    byte[] code = compiled.get(name);
    return code == null ? super.findClass(name) : defineClass(name, code, 0, code.length);
  }

  @Override
  public @Nullable URL getResource(String name) {
    URL own = findResource(name);
    return own == null ? super.getResource(name) : own;
  }

  /** The version of Java that a class was compiled for; 0 where there is no such class. */
  int javaVersionOf(String className) {
    String file = className.replace('.', '/') + ".class";
    try (var in = getResourceAsStream(file)) {
      byte[] head = in == null ? new byte[0] : in.readNBytes(8);
      return head.length < 8 ? 0 : ByteBuffer.wrap(head).getShort(6) - 44;
    } catch (IOException e) {
      return 0;
    }
  }

  private static boolean isShared(String name) {
    return SHARED.stream().anyMatch(name::startsWith);
  }

  /** The JDK's classes and those of dmrec's that handlers share. */
  private static final class SharedClassLoader extends ClassLoader {
    private final ClassLoader dmrec =
        Objects.requireNonNull(HandlerClassLoader.class.getClassLoader());

    SharedClassLoader() {
      super(ClassLoader.getPlatformClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      return isShared(name) ? dmrec.loadClass(name) : super.loadClass(name, resolve);
    }
  }
}
