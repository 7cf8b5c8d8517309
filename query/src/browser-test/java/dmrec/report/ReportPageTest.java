package dmrec.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.Rule;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.Media;
import dmrec.event.EventRecord;
import dmrec.event.KernelText;
import dmrec.event.Kind;
import dmrec.journal.Journal;
import dmrec.journal.Journals;
import dmrec.query.BenchJournal;
import dmrec.query.EventText;
import dmrec.query.StackTree;
import dmrec.topology.Topology;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reports as whoever receives one sees them. */
class ReportPageTest {
  private static final Path SCREENS = Path.of("target", "report-screens");

  private static @Nullable Browser shared;

  @TempDir @Nullable Path folder;

  @BeforeAll
  static void start() throws IOException {
    shared = Browser.start();
    Files.createDirectories(SCREENS);
  }

  @AfterAll
  static void stop() {
    if (shared != null) {
      shared.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"failover", "lost-disk", "mirror-log"})
  void aSampleOpensFromTheDiskAndAsksNobodyForAnything(String sample) throws IOException {
    Path report = report(sample(sample));
    Page page = browser().open(report, ColorScheme.LIGHT);
    page.keyboard().press("End");
    screens(page, sample);
    assertEquals(List.of(report.toUri().toString()), browser().requests());
    assertEquals(List.of(), browser().complaints());
  }

  @ParameterizedTest
  @ValueSource(strings = {"failover", "lost-disk", "mirror-log"})
  void theStackAsTextIsWhatTreePrintsAfterEachEvent(String sample) throws IOException {
    Path journal = sample(sample);
    Page page = browser().open(report(journal), ColorScheme.LIGHT);
    page.check("#traces");
    page.keyboard().press("Home");
    Topology stack = new Topology();
    int event = 0;
    for (EventRecord record : Journals.events(journal)) {
      stack.apply(record);
      page.keyboard().press("ArrowRight");
      event++;
      String drawn = StackTree.draw(stack, new StackTree.Options(true, false)).stripTrailing();
      assertEquals(drawn, tree(page), sample + " #" + record.seq());
      assertEquals(Integer.toString(event), page.getAttribute("#slider", "aria-valuenow"));
    }
  }

  @Test
  void theSliderAtTheMomentOfTheFailureShowsThePathFailed() throws IOException {
    Path journal = sample("failover");
    EventRecord failure = Journals.first(journal, Kind.PATH_FAILED);
    Page page = browser().open(report(journal), ColorScheme.LIGHT);
    page.evaluate("seq => { location.hash = '#' + seq; }", Long.toString(failure.seq()));
    page.waitForFunction(
        "seq => document.querySelector('#position').textContent.startsWith('#' + seq + ' ')",
        Long.toString(failure.seq()));
    assertFailureIsShown(page, failure);
    page.keyboard().press("ArrowLeft");
    assertEquals(0, page.locator("#graph .edge.failed").count(), "before it nothing has failed");
    assertFalse(tree(page).contains("FAILED"), tree(page));
  }

  @Test
  void theKeyboardAloneFindsTheFailure() throws IOException {
    Path journal = sample("failover");
    EventRecord failure = Journals.first(journal, Kind.PATH_FAILED);
    Page page = browser().open(report(journal), ColorScheme.LIGHT);
    page.keyboard().press("Home");
    page.keyboard().press("f");
    assertFailureIsShown(page, failure);
    page.keyboard().press("Home");
    page.keyboard().press("/");
    page.keyboard().type("kind:path_failed path:8:16");
    page.keyboard().press("Enter");
    assertFailureIsShown(page, failure);
    assertEquals("table", page.evaluate("() => document.activeElement.id"));
    page.keyboard().press("ArrowDown");
    assertTrue(
        page.getAttribute("#slider", "aria-valuetext").contains("path 8:16 sdb failed"),
        page.getAttribute("#slider", "aria-valuetext"));
    page.keyboard().press("?");
    assertTrue(page.isVisible("#help"));
    page.keyboard().press("Escape");
    assertFalse(page.isVisible("#help"));
    page.keyboard().press("/");
    page.keyboard().press("Escape");
    assertEquals("", page.inputValue("#filter"));
  }

  @Test
  void theFilterFindsTheFailureAndNothingElse() throws IOException {
    Path journal = sample("failover");
    Page page = browser().open(report(journal), ColorScheme.LIGHT);
    for (String filter :
        List.of(
            "kind:path_failed device:mpatha path:8:16",
            "path_failed sdb failed",
            "kind:path_* path:sdb -reinstated",
            "is:failure path:8:16 \"sdb failed\"",
            "evidence:DM_ACTION=PATH_FAILED evidence:DM_PATH=8:16 kind:path_failed")) {
      page.fill("#filter", "nothing has this");
      page.waitForFunction("() => document.querySelectorAll('#rows [role=row]').length === 0");
      page.fill("#filter", filter);
      page.waitForFunction("() => document.querySelectorAll('#rows [role=row]').length === 2");
      for (String row : page.locator("#rows [role=row]").allTextContents()) {
        assertTrue(row.contains("path_failed") && row.contains("path 8:16 sdb"), filter + row);
      }
    }
    page.fill("#filter", "nothing has this");
    page.waitForFunction("() => document.querySelectorAll('#rows [role=row]').length === 0");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<img src=x onerror=alert(1)>",
        "</script><script>alert(1)</script>",
        "--><svg onload=alert(1)>",
        "\u202egpj.exe\u2066 \u001b[31m"
      })
  void aNameStaysTextEverywhere(String name) throws IOException {
    Path journal = folder().resolve("hostile");
    HostileJournal.write(journal, name);
    Path report = folder().resolve("hostile.html");
    try (Journal opened = Journal.open(journal);
        OutputStream out = Files.newOutputStream(report)) {
      HtmlReport.write(opened, null, null, name, out);
    }
    Page page = browser().open(report, ColorScheme.LIGHT);
    page.keyboard().press("Home");
    for (int i = 0; i < 12; i++) {
      page.keyboard().press("ArrowRight");
    }
    String shown = KernelText.printable(name);
    page.fill("#filter", shown);
    page.emulateMedia(new Page.EmulateMediaOptions().setMedia(Media.PRINT));
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))");
    for (String place : List.of("#title", "#tree", "#graph", "#detail", "#print", "#labels")) {
      assertTrue(page.locator(place).first().textContent().contains(shown.substring(0, 10)), place);
    }
    assertEquals(0, page.locator("img, iframe, object, a[href^=javascript]").count());
    assertEquals(4, page.locator("script").count());
    assertEquals(List.of(), browser().complaints());
    assertEquals(List.of(report.toUri().toString()), browser().requests());
  }

  @Test
  void paperIsWhiteWhateverTheScreenIs() throws IOException {
    Page page = browser().open(report(sample("failover")), ColorScheme.DARK);
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))");
    // The names of the lanes: black where there is anything.
    Object brightest =
        page.evaluate(
            """
            () => {
              const canvas = document.querySelector("#paper canvas");
              const {data} = canvas.getContext("2d").getImageData(0, 32, 320, canvas.height - 32);
              let most = 0;
              let drawn = 0;
              for (let i = 0; i < data.length; i += 4) {
                if (data[i + 3] > 200) {
                  drawn++;
                  most = Math.max(most, data[i]);
                }
              }
              return drawn > 100 ? most : 999;
            }""");
    assertTrue(((Number) brightest).intValue() < 100, "found " + brightest);
    assertEquals("dark", page.evaluate("() => document.documentElement.dataset.theme"));
    page.evaluate("() => dispatchEvent(new Event('afterprint'))");
    assertEquals(0, page.locator("#paper canvas, #print table").count());
  }

  @Test
  void theThemeIsTheSystemsUntilItIsChosen() throws IOException {
    Page page = browser().open(report(sample("failover")), ColorScheme.DARK);
    String shown = "() => document.documentElement.dataset.theme";
    assertEquals("dark", page.evaluate(shown));
    page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));
    page.waitForFunction("() => document.documentElement.dataset.theme === 'light'");
    for (String expected : List.of("light", "dark", "light")) {
      page.click("#theme");
      assertEquals(expected, page.evaluate(shown));
    }
    assertEquals("Theme: system", page.textContent("#theme"));
  }

  @Test
  void whatAnEventChangedIsLitInTheText() throws IOException {
    Path journal = sample("mirror-log");
    Page page = browser().open(report(journal), ColorScheme.LIGHT);
    for (Kind kind : List.of(Kind.DEVICE_SUSPENDED, Kind.TABLE_LOADED)) {
      EventRecord event = Journals.first(journal, kind);
      page.evaluate("seq => { location.hash = '#' + seq; }", Long.toString(event.seq()));
      page.waitForFunction(
          "seq => document.querySelector('#position').textContent.startsWith('#' + seq + ' ')",
          Long.toString(event.seq()));
      String lit = String.join("\n", page.locator("#tree .lit").allTextContents());
      assertTrue(
          lit.contains(kind == Kind.DEVICE_SUSPENDED ? event.device().name() : "INACTIVE TABLE"),
          kind + ": " + lit);
    }
  }

  @Test
  void placesByNumberAreNamedByTheirNumbers() throws IOException {
    Page page = browser().open(report(sample("failover")), ColorScheme.LIGHT);
    page.click("#axis-kind");
    page.waitForFunction(
        "() => document.querySelector('#axis .tick text')?.textContent.startsWith('#')");
    List<String> labels = page.locator("#axis .tick text").allTextContents();
    assertTrue(labels.contains("#100"), labels.toString());
    assertFalse(labels.contains("#0"), labels.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"LIGHT", "DARK"})
  void anAutomatedCheckFindsNoBarrier(String scheme) throws IOException {
    Page page = browser().open(report(sample("failover")), ColorScheme.valueOf(scheme));
    assertNoViolation(page, scheme);
    page.fill("#filter", "kind:path_*");
    page.click("#axis-kind");
    page.click("#fold-all");
    assertNoViolation(page, scheme + " with a filter");
    page.click("#help-open");
    assertNoViolation(page, scheme + " with the help");
  }

  @Test
  void aHundredThousandEventsScrollAndZoom() throws IOException {
    Path journal = folder().resolve("many");
    BenchJournal.write(journal, 100_000, BenchJournal.STEP_NS);
    Path report = report(journal);
    Page page = browser().open(report, ColorScheme.LIGHT);
    page.click("#zoom-all");
    Map<String, Double> scrolled = frames(page, "table", SCROLL);
    Map<String, Double> zoomed = frames(page, "timeline", ZOOM);
    Map<String, Double> moved = frames(page, "table", MOVE);
    Files.writeString(
        SCREENS.resolve("100000-events.txt"),
        String.format(
            Locale.ROOT,
            "file %d bytes%nscroll %s%nzoom and pan %s%nstep %s%n",
            Files.size(report),
            scrolled,
            zoomed,
            moved));
    page.screenshot(new Page.ScreenshotOptions().setPath(SCREENS.resolve("100000-events.png")));
    for (Map<String, Double> figures : List.of(scrolled, zoomed)) {
      assertTrue(figures.getOrDefault("frames", 0.0) > 30, "frames were drawn: " + figures);
      assertTrue(
          figures.getOrDefault("medianMs", 99.0) < 33,
          "what a frame costs leaves 30 a second: " + figures);
    }
    assertEquals(List.of(), browser().complaints());
  }

  @Test
  void tenThousandEventsWithEvidenceTakeLessThanFiveMegabytes() throws IOException {
    Path journal = folder().resolve("ten");
    BenchJournal.write(journal, 10_000, BenchJournal.STEP_NS);
    Path report = report(journal);
    assertTrue(Files.size(report) < 5_000_000, "it takes " + Files.size(report));
  }

  private static final String SCROLL =
      """
      i => {
        const table = document.getElementById("table");
        table.scrollTop = (i * 7919 * 22) % table.scrollHeight;
      }""";

  private static final String ZOOM =
      """
      i => {
        const canvas = document.getElementById("canvas");
        const box = canvas.getBoundingClientRect();
        canvas.dispatchEvent(new WheelEvent("wheel", {
          deltaY: i % 60 < 30 ? -60 : 60,
          clientX: box.left + box.width * (0.3 + (i % 17) / 40),
          clientY: box.top + 30,
          bubbles: true,
          cancelable: true,
        }));
        if (i % 3 === 0) {
          document.body.dispatchEvent(new KeyboardEvent(
              "keydown", {key: i % 2 === 0 ? "ArrowRight" : "ArrowLeft", shiftKey: true, bubbles: true}));
        }
      }""";

  private static final String MOVE =
      """
      i => document.body.dispatchEvent(new KeyboardEvent(
          "keydown", {key: i % 2 === 0 ? "PageDown" : "f", bubbles: true}))""";

  /** Acts once a frame for 120 frames; what the frames took, and what drawing them cost. */
  @SuppressWarnings("unchecked")
  private static Map<String, Double> frames(Page page, String measure, String act) {
    Object figures =
        page.evaluate(
            "async measure => {\n"
                + "const act = "
                + act
                + ";\n"
                + """
                    performance.clearMeasures();
                    const times = [];
                    for (let i = 0; i < 120; i++) {
                      act(i);
                      times.push(await new Promise(requestAnimationFrame));
                    }
                    await new Promise(requestAnimationFrame);
                    const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1] ?? 0;
                    const costs = performance.getEntriesByName(measure).map((e) => e.duration);
                    const gaps = times.slice(1).map((time, i) => time - times[i]);
                    return {
                      frames: costs.length,
                      medianMs: median(costs),
                      worstMs: Math.max(0, ...costs),
                      medianFrameMs: median(gaps),
                      framesPerSecond: 1000 * gaps.length / (times[times.length - 1] - times[0]),
                    };
                    }""",
            measure);
    Map<String, Double> result = new TreeMap<>();
    ((Map<String, Object>) figures)
        .forEach((name, value) -> result.put(name, ((Number) value).doubleValue()));
    return result;
  }

  private static void assertNoViolation(Page page, String when) {
    List<String> violations = new ArrayList<>();
    for (Rule rule : new AxeBuilder(page).analyze().getViolations()) {
      rule.getNodes()
          .forEach(
              node -> violations.add(rule.getId() + ": " + node.getHtml() + " " + node.getAny()));
    }
    assertEquals(List.of(), violations, when);
  }

  private static void assertFailureIsShown(Page page, EventRecord failure) {
    String words = page.getAttribute("#slider", "aria-valuetext");
    assertTrue(words.startsWith("#" + failure.seq() + " "), words);
    assertTrue(words.endsWith(EventText.sentence(failure)), words);
    assertEquals(1, page.locator("#graph .edge.failed").count());
    assertEquals(1, page.locator("#graph .cross").count());
    assertTrue(
        page.locator("#graph .box.group .row.tone-bad")
            .textContent()
            .contains("✕ sdb 8:16 FAILED"));
    assertTrue(tree(page).contains("sdb 8:16 FAILED, failed once"), tree(page));
    assertTrue(page.textContent("#detail").contains("DM_ACTION=PATH_FAILED"));
  }

  private static String tree(Page page) {
    return String.join("\n", page.locator("#tree .line").allTextContents());
  }

  private static void screens(Page page, String name) {
    page.keyboard().press("Home");
    page.keyboard().press("f");
    for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
      page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
      page.waitForTimeout(200);
      page.screenshot(
          new Page.ScreenshotOptions()
              .setFullPage(true)
              .setPath(
                  SCREENS.resolve(name + "-" + scheme.name().toLowerCase(Locale.ROOT) + ".png")));
    }
    page.emulateMedia(new Page.EmulateMediaOptions().setMedia(Media.PRINT));
    page.setViewportSize(1040, 735);
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))");
    page.screenshot(
        new Page.ScreenshotOptions()
            .setFullPage(true)
            .setPath(SCREENS.resolve(name + "-print.png")));
    page.emulateMedia(new Page.EmulateMediaOptions().setMedia(null));
    page.pdf(
        new Page.PdfOptions().setPath(SCREENS.resolve(name + ".pdf")).setPreferCSSPageSize(true));
  }

  private Path sample(String name) throws IOException {
    return Journals.sample(name, folder().resolve(name));
  }

  private static Path report(Path journal) throws IOException {
    Path report = journal.resolveSibling(journal.getFileName() + ".html");
    try (Journal opened = Journal.open(journal);
        OutputStream out = Files.newOutputStream(report)) {
      HtmlReport.write(opened, null, null, "", out);
    }
    return report;
  }

  private Path folder() {
    return Objects.requireNonNull(folder);
  }

  private static Browser browser() {
    return Objects.requireNonNull(shared);
  }
}
