package dmrec.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WarmUpTest {
  /** Loads all classes anew, and tells which. */
  private static final class Fresh extends URLClassLoader {
    Fresh() throws MalformedURLException {
      super(urls(), ClassLoader.getPlatformClassLoader());
    }

    private static URL[] urls() throws MalformedURLException {
      List<URL> urls = new ArrayList<>();
      for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
        urls.add(Path.of(entry).toUri().toURL());
      }
      return urls.toArray(URL[]::new);
    }

    boolean has(String name) {
      return findLoadedClass(name) != null;
    }
  }

  @Test
  void loadsWhatNoBaselineNeedsAndWhatTheCaptureNeeds() throws Exception {
    List<String> names =
        List.of(
            "dmrec.decode.Uevent$VerityError",
            "dmrec.event.DmEvent$PathFailed",
            "dmrec.journal.file.RecordEncoder",
            "dmrec.kernel.KernelException",
            "dmrec.record.Interpreter",
            "dmrec.target.DevNo",
            "dmrec.topology.Disk");
    try (Fresh classes = new Fresh()) {
      Class<?> warmUp = Class.forName(WarmUp.class.getName(), true, classes);
      assertEquals(classes, warmUp.getClassLoader());
      Method run = warmUp.getDeclaredMethod("run");
      run.setAccessible(true);
      for (String name : names) {
        assertFalse(classes.has(name), name);
      }

      run.invoke(null);

      for (String name : names) {
        assertTrue(classes.has(name), name);
      }
    }
  }
}
