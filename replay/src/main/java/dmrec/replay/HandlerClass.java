package dmrec.replay;

import dmrec.handler.DmEventHandler;
import dmrec.handler.HandlerException;
import dmrec.handler.HandlerFactory;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes instances of a handler's class, each with classes of its own. */
final class HandlerClass implements HandlerFactory {
  private static final String INTERFACE = DmEventHandler.class.getName();

  private final String into;
  private final String className;
  private final HandlerPath path;
  private final Map<String, byte[]> compiled;
  private @Nullable Fresh next;

  /**
   * The class of that name, which is loaded and looked at; none of its code runs yet.
   *
   * @param into what the user called it
   */
  HandlerClass(String into, String className, HandlerPath path, Map<String, byte[]> compiled)
      throws HandlerException {
    this.into = into;
    this.className = className;
    this.path = path;
    this.compiled = compiled;
    this.next = fresh();
  }

  /** A class that nothing of has run yet. */
  private record Fresh(
      HandlerClassLoader loader, Constructor<? extends DmEventHandler> constructor) {}

  private Fresh fresh() throws HandlerException {
    HandlerClassLoader loader = new HandlerClassLoader(path, compiled);
    return new Fresh(loader, constructor(load(className, loader), loader));
  }

  /** The class that was looked at serves first: a breakpoint in it is one in the first instance. */
  private synchronized Fresh take() throws HandlerException {
    Fresh taken = next == null ? fresh() : next;
    next = null;
    return taken;
  }

  @Override
  public String name() {
    return into;
  }

  @Override
  public DmEventHandler make() throws HandlerException {
    Fresh fresh = take();
    HandlerClassLoader loader = fresh.loader();
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(loader);
    try {
      return fresh.constructor().newInstance();
    } catch (InvocationTargetException e) {
      throw thrown(e.getCause() == null ? e : e.getCause(), loader);
    } catch (ReflectiveOperationException | LinkageError e) {
      throw thrown(e, loader);
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  /** Loads a class without running anything of it. */
  static Class<?> load(String className, HandlerClassLoader loader) throws HandlerException {
    try {
      return Class.forName(className, false, loader);
    } catch (ClassNotFoundException e) {
      throw new HandlerException("there is no class " + className, e);
    } catch (LinkageError e) {
      throw unusable(className, e, loader);
    }
  }

  static boolean isHandler(Class<?> type) {
    return DmEventHandler.class.isAssignableFrom(type)
        && !type.isInterface()
        && !Modifier.isAbstract(type.getModifiers());
  }

  private static Constructor<? extends DmEventHandler> constructor(
      Class<?> type, HandlerClassLoader loader) throws HandlerException {
    String name = type.getName();
    if (!DmEventHandler.class.isAssignableFrom(type)) {
      throw new HandlerException(
          name + " is no handler: it has to implement " + INTERFACE + " or extend TypedHandler");
    }
    if (!isHandler(type)) {
      throw new HandlerException(name + " is abstract; name a class that extends it");
    }
    if (type.isMemberClass() && !Modifier.isStatic(type.getModifiers())) {
      throw new HandlerException(name + " is an inner class; make it static");
    }
    try {
      Constructor<? extends DmEventHandler> constructor =
          type.asSubclass(DmEventHandler.class).getDeclaredConstructor();
      // That of a class that is not public is not either, unless it is written out.
      if (Modifier.isPublic(constructor.getModifiers())
          || !Modifier.isPublic(type.getModifiers())) {
        constructor.setAccessible(true);
        return constructor;
      }
    } catch (NoSuchMethodException e) {
      // Said below.
    } catch (LinkageError e) {
      throw unusable(name, e, loader);
    }
    throw new HandlerException(
        name
            + " has no public constructor without arguments; add one: public "
            + type.getSimpleName()
            + "() {}");
  }

  private HandlerException thrown(Throwable e, HandlerClassLoader loader) {
    if (e instanceof ExceptionInInitializerError && e.getCause() != null) {
      return thrown(e.getCause(), loader);
    }
    if (e instanceof NoClassDefFoundError || e instanceof UnsupportedClassVersionError) {
      return unusable(className, (LinkageError) e, loader);
    }
    return new HandlerException(className + ": its constructor threw " + e + placeOf(e, loader), e);
  }

  /** Where in the handler's own code that came from. */
  private static String placeOf(Throwable e, ClassLoader loader) {
    for (StackTraceElement frame : e.getStackTrace()) {
      if (frame.getFileName() != null && isOf(frame.getClassName(), loader)) {
        return " (" + frame.getFileName() + ":" + frame.getLineNumber() + ")";
      }
    }
    return "";
  }

  private static boolean isOf(String className, ClassLoader loader) {
    try {
      return Class.forName(className, false, loader).getClassLoader() == loader;
    } catch (ClassNotFoundException | LinkageError e) {
      return false;
    }
  }

  private static HandlerException unusable(
      String className, LinkageError e, HandlerClassLoader loader) {
    String says = String.valueOf(e.getMessage());
    if (e instanceof UnsupportedClassVersionError) {
      // "x/Y has been compiled by a more recent version of the Java Runtime (class file ...".
      String newer = says.split(" ", 2)[0].replace('/', '.');
      int version = loader.javaVersionOf(newer);
      int here = Runtime.version().feature();
      return new HandlerException(
          (newer + " is compiled for " + (version > 0 ? "Java " + version : "a newer Java"))
              + (", this is Java " + here)
              + ("; name a newer Java by DMREC_JAVA, or compile it with --release " + here),
          e);
    }
    if (e instanceof NoClassDefFoundError && !says.contains(" ")) {
      return new HandlerException(
          className
              + " needs "
              + says.replace('/', '.')
              + ", which is not there; add its jar with --handler-path",
          e);
    }
    return new HandlerException(className + " cannot be loaded: " + e, e);
  }
}
