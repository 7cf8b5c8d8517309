package dmrec.replay;

import dmrec.handler.HandlerException;
import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Where handlers and what they need are looked for, in this order.
 *
 * @param places jars, and folders that hold classes
 */
record HandlerPath(List<Path> places) {
  private static final Pattern ANONYMOUS = Pattern.compile(".*\\$\\d.*");

  /**
   * The path that the command line names.
   *
   * @param arguments each a jar, a folder (its classes and every jar in it), or a list of those as
   *     class paths are written
   */
  static HandlerPath of(List<String> arguments) throws HandlerException {
    List<Path> places = new ArrayList<>();
    for (String argument : arguments) {
      if (Files.exists(Path.of(argument))) {
        add(places, Path.of(argument));
        continue;
      }
      for (String part : argument.split(File.pathSeparator, -1)) {
        if (!part.isEmpty()) {
          add(places, Path.of(part));
        }
      }
    }
    return new HandlerPath(List.copyOf(places));
  }

  private static void add(List<Path> places, Path place) throws HandlerException {
    if (!Files.exists(place)) {
      throw new HandlerException("--handler-path: " + place + ": there is no such jar or folder");
    }
    if (!Files.isDirectory(place)) {
      places.add(jar(place));
      return;
    }
    places.add(place);
    try (Stream<Path> files = Files.list(place)) {
      for (Path file : files.sorted().toList()) {
        if (isJar(file) && Files.isRegularFile(file)) {
          places.add(jar(file));
        }
      }
    } catch (IOException e) {
      throw unreadable(place, e);
    }
  }

  private static boolean isJar(Path file) {
    return file.getFileName().toString().endsWith(".jar");
  }

  private static Path jar(Path file) throws HandlerException {
    // A class loader passes over what it cannot read; the user would look for the reason in vain.
    try (ZipFile zip = new ZipFile(file.toFile())) {
      zip.size();
      return file;
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static HandlerException unreadable(Path place, IOException e) {
    return new HandlerException(
        "--handler-path: " + place + ": cannot be read as a jar or folder: " + e.getMessage(), e);
  }

  List<URL> urls() {
    return urls(places);
  }

  static List<URL> urls(List<Path> places) {
    List<URL> urls = new ArrayList<>();
    for (Path place : places) {
      try {
        urls.add(place.toAbsolutePath().toUri().toURL());
      } catch (MalformedURLException e) {
        throw new IllegalStateException(place + " is no URL", e);
      }
    }
    return urls;
  }

  /** The names of all classes here but anonymous ones, as {@link Class#forName} takes them. */
  List<String> classNames() throws HandlerException {
    List<String> names = new ArrayList<>();
    for (Path place : places) {
      try {
        for (String file : Files.isDirectory(place) ? filesUnder(place) : entriesOf(place)) {
          if (file.endsWith(".class") && !file.startsWith("META-INF/")) {
            names.add(file.substring(0, file.length() - ".class".length()).replace('/', '.'));
          }
        }
      } catch (IOException e) {
        throw unreadable(place, e);
      }
    }
    names.removeIf(name -> name.endsWith("-info") || ANONYMOUS.matcher(name).matches());
    return names;
  }

  private static List<String> filesUnder(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.map(file -> folder.relativize(file).toString()).sorted().toList();
    }
  }

  private static List<String> entriesOf(Path jar) throws IOException {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      return zip.stream().map(ZipEntry::getName).toList();
    }
  }

  /** For messages. */
  String text() {
    return places.isEmpty()
        ? "--handler-path says where else to look"
        : "the handler path is "
            + places.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
  }
}
