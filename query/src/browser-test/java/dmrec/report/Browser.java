package dmrec.report;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The machine's Chromium without a screen, and what it asked for and complained of. */
final class Browser implements AutoCloseable {
  private static final Path CHROMIUM = Path.of("/usr/bin/chromium");

  private final Playwright playwright;
  private final com.microsoft.playwright.Browser browser;
  private @Nullable BrowserContext context;
  private final List<String> requests = new ArrayList<>();
  private final List<String> complaints = new ArrayList<>();

  private Browser(Playwright playwright) {
    this.playwright = playwright;
    browser =
        playwright
            .chromium()
            .launch(
                new BrowserType.LaunchOptions()
                    .setExecutablePath(CHROMIUM)
                    .setArgs(
                        List.of(
                            "--headless",
                            "--no-sandbox",
                            "--disable-gpu",
                            "--disable-quic",
                            "--no-first-run",
                            "--disable-background-networking",
                            "--disable-component-update",
                            "--disable-sync")));
  }

  /** Starts it; where there is none the test is left out, or fails where the lab is required. */
  static Browser start() {
    if (!Files.isExecutable(CHROMIUM)) {
      String message = "needs " + CHROMIUM + ": apt install chromium, or samples/lab/prepare";
      if ("required".equals(System.getProperty("lab"))) {
        fail(message);
      }
      abort(message);
    }
    return new Browser(
        Playwright.create(
            new Playwright.CreateOptions()
                .setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"))));
  }

  /** Opens a file as a double click does, and waits until it is drawn. */
  Page open(Path file, ColorScheme scheme) {
    if (context != null) {
      // What it still has to say belongs to another test.
      context.close();
    }
    context =
        browser.newContext(
            new com.microsoft.playwright.Browser.NewContextOptions()
                .setViewportSize(1500, 1000)
                .setColorScheme(scheme));
    context.setDefaultTimeout(120_000);
    Page page = context.newPage();
    requests.clear();
    complaints.clear();
    page.onRequest(request -> requests.add(request.url().replaceAll("#.*", "")));
    page.onConsoleMessage(message -> complaints.add(message.type() + ": " + message.text()));
    page.onPageError(error -> complaints.add("error: " + error));
    page.onDialog(
        dialog -> {
          complaints.add("dialog: " + dialog.message());
          dialog.dismiss();
        });
    page.navigate(file.toUri().toString());
    page.waitForSelector("#moving:not([hidden])");
    page.waitForSelector("#sentence span:nth-child(3)");
    return page;
  }

  /** The addresses asked for since a page was opened. */
  List<String> requests() {
    return List.copyOf(requests);
  }

  /** What the page wrote to the console, its errors, and what it asked the user. */
  List<String> complaints() {
    return List.copyOf(complaints);
  }

  @Override
  public void close() {
    browser.close();
    playwright.close();
  }
}
