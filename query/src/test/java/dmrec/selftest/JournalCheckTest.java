package dmrec.selftest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.Actor;
import dmrec.event.Certainty;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.event.Source;
import dmrec.journal.JournalWriter;
import dmrec.selftest.Finding.How;
import dmrec.target.DevNo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalCheckTest {
  private static final long T0 = 1_772_334_725_000_000_000L;
  private static final DevNo DEV = new DevNo(254, 3);
  private static final DevNo OTHER = new DevNo(254, 4);
  private static final DmEvent SUSPENDED = new DmEvent.DeviceSuspended(false);
  private static final DmEvent RESUMED = new DmEvent.DeviceResumed(false);

  private final List<Cause> causes = new ArrayList<>();
  private final List<EventRecord> events = new ArrayList<>();

  /** Something that process {@code pid} asks for from millisecond {@code from} to {@code to}. */
  private void caused(long from, long to, long pid, Cause.Change... changes) {
    causes.add(
        new Cause(
            "title",
            List.of(changes),
            "dmrec-selftest-1-lin",
            DEV,
            pid,
            "dmsetup",
            T0 + from * 1_000_000,
            T0 + to * 1_000_000));
  }

  private static Cause.Change lasting(Kind kind) {
    return Cause.Change.lasting(kind);
  }

  private EventRecord.Builder event(DevNo dev, long atMs, DmEvent event) {
    return EventRecord.of(event)
        .seq(events.size() + 1L)
        .at(T0 + atMs * 1_000_000, atMs)
        .device(new DeviceRef(dev, 1, "dmrec-selftest-1-" + (dev.equals(DEV) ? "lin" : "x"), ""));
  }

  private void probed(long atMs, DmEvent event, int pid) {
    events.add(
        event(DEV, atMs, event).source(Source.PROBE).actor(Actor.asked(pid, 0, "dmsetup")).build());
  }

  private void polled(long fromMs, long atMs, DmEvent event) {
    events.add(
        event(DEV, atMs, event)
            .source(Source.DM)
            .certainty(Certainty.DERIVED)
            .notBeforeNs(T0 + fromMs * 1_000_000)
            .build());
  }

  private List<Finding> check(boolean hasProbes) {
    return JournalCheck.of(causes, events, hasProbes);
  }

  private Finding only(boolean hasProbes) {
    List<Finding> findings = check(hasProbes);
    assertEquals(1, findings.size());
    return findings.get(0);
  }

  @Test
  void isExactAtItsMomentByItsProcess() {
    caused(10, 20, 7, lasting(Kind.DEVICE_SUSPENDED));
    probed(15, SUSPENDED, 7);

    Finding finding = only(true);

    assertEquals(How.EXACT, finding.how());
    assertEquals("", finding.wrong());
    assertEquals(0, finding.withinNs());
    assertFalse(finding.isWrong());
  }

  @Test
  void isKnownToWithinTheTimeBetweenTwoPolls() {
    caused(10, 20, 7, lasting(Kind.DEVICE_SUSPENDED));
    polled(12, 622, SUSPENDED);

    Finding finding = only(false);

    assertEquals(How.POLL, finding.how());
    assertFalse(finding.isWrong());
    assertEquals(610_000_000, finding.withinNs());
  }

  @Test
  void namesTheWrongProcess() {
    caused(10, 20, 7, lasting(Kind.DEVICE_SUSPENDED));
    probed(15, SUSPENDED, 8);

    assertEquals("asked for by process 7, told by dmsetup[8]", only(true).wrong());
  }

  @Test
  void namesNobodyWhereAProcessAsked() {
    caused(10, 20, 7, lasting(Kind.DEVICE_SUSPENDED));
    events.add(event(DEV, 15, SUSPENDED).source(Source.PROBE).build());

    assertEquals("asked for by process 7, told with nobody", only(true).wrong());
  }

  @Test
  void needsNoProcessForWhatHappensByItself() {
    caused(10, 20, 0, lasting(Kind.DEVICE_SUSPENDED));
    events.add(event(DEV, 15, SUSPENDED).source(Source.PROBE).build());

    assertFalse(only(true).isWrong());
  }

  @Test
  void anotherMomentIsWrong() {
    caused(10, 20, 7, lasting(Kind.DEVICE_SUSPENDED));
    probed(21, SUSPENDED, 7);

    assertEquals("told at another moment, 1.00 ms after it", only(true).wrong());
  }

  @Test
  void aPollThatBeganBehindItIsAnotherMoment() {
    caused(10, 20, 7, lasting(Kind.DEVICE_SUSPENDED));
    polled(25, 620, SUSPENDED);

    assertEquals("told at another moment, 0.60 s after it", only(false).wrong());
  }

  @Test
  void aStepThatAPollSawIsNotTakenForWhatWasTooBrief() {
    caused(10, 20, 7, Cause.Change.brief(Kind.DEVICE_RESUMED));
    caused(30, 40, 8, lasting(Kind.TABLE_LIVE));
    polled(25, 35, RESUMED);
    polled(35, 50, new DmEvent.TableLive(List.of(), List.of(), false));

    assertEquals(
        List.of(How.TOO_BRIEF, How.POLL), check(false).stream().map(Finding::how).toList());
    assertTrue(check(false).stream().noneMatch(Finding::isWrong), check(false).toString());
  }

  @Test
  void anotherDeviceIsWrong() {
    caused(10, 20, 7, lasting(Kind.DEVICE_SUSPENDED));
    caused(30, 40, 8, lasting(Kind.DEVICE_RESUMED));
    causes.set(1, new Cause("t", List.of(), "dmrec-selftest-1-x", OTHER, 8, "", T0, T0));
    events.add(event(OTHER, 15, SUSPENDED).source(Source.PROBE).build());

    assertEquals(
        "happened to dmrec-selftest-1-lin, told of dmrec-selftest-1-x", only(true).wrong());
  }

  @Test
  void twiceIsWrong() {
    caused(10, 20, 7, lasting(Kind.DEVICE_SUSPENDED));
    probed(15, SUSPENDED, 7);
    polled(5, 620, SUSPENDED);

    assertEquals("told again as #2", only(true).wrong());
  }

  @Test
  void aStepThatAPollSawWithinANewTableIsNoRepetition() {
    caused(10, 20, 7, lasting(Kind.DEVICE_SUSPENDED));
    caused(30, 40, 8, lasting(Kind.TABLE_LIVE));
    polled(5, 25, SUSPENDED);
    polled(25, 35, SUSPENDED);
    polled(35, 50, new DmEvent.TableLive(List.of(), List.of(), false));

    assertTrue(check(false).stream().noneMatch(Finding::isWrong), check(false).toString());
  }

  @Test
  void theFirstUseOfAnotherGroupIsNoRepetition() {
    caused(10, 20, 7, lasting(Kind.GROUP_SWITCHED));
    probed(15, new DmEvent.GroupSwitched(0, 1, 2, ""), 7);
    events.add(event(DEV, 30, new DmEvent.GroupSwitched(0, 1, 2, "")).source(Source.PROBE).build());

    assertFalse(only(true).isWrong());
  }

  @Test
  void twoAlikeAreToldInTheirOrder() {
    caused(10, 20, 7, lasting(Kind.DEVICE_SUSPENDED));
    caused(30, 40, 8, lasting(Kind.DEVICE_SUSPENDED));
    probed(15, SUSPENDED, 7);
    probed(35, SUSPENDED, 8);

    assertTrue(check(true).stream().noneMatch(Finding::isWrong));
  }

  @Test
  void disorderIsWrong() {
    caused(10, 20, 7, lasting(Kind.DEVICE_SUSPENDED));
    caused(20, 30, 8, lasting(Kind.DEVICE_RESUMED));
    probed(25, RESUMED, 8);
    probed(15, SUSPENDED, 7);

    assertEquals("told as #1, before #2 that came before it", check(true).get(1).wrong());
  }

  @Test
  void whatIsTooBriefForPollingIsExpectedOfProbesAlone() {
    caused(10, 20, 7, Cause.Change.brief(Kind.TABLE_CLEARED));

    assertEquals(How.TOO_BRIEF, only(false).how());
    assertFalse(only(false).isWrong());
    assertEquals(How.NOT_TOLD, only(true).how());
    assertTrue(only(true).isWrong());
  }

  @Test
  void aPollThatFitsWhatIsBriefTooIsOfWhatLasts() {
    caused(10, 20, 7, Cause.Change.brief(Kind.TABLE_LOADED));
    caused(30, 40, 8, lasting(Kind.TABLE_LOADED));
    polled(5, 50, new DmEvent.TableLoaded(List.of()));

    assertEquals(
        List.of(How.TOO_BRIEF, How.POLL), check(false).stream().map(Finding::how).toList());
  }

  @Test
  void devicesOfOthersAreNotLookedAt() {
    caused(10, 20, 7, lasting(Kind.DEVICE_SUSPENDED));
    events.add(
        event(DEV, 15, SUSPENDED)
            .source(Source.PROBE)
            .device(new DeviceRef(DEV, 1, "mpatha", ""))
            .build());

    assertEquals(How.NOT_TOLD, only(true).how());
  }

  @Test
  void waitsUntilTheJournalTellsACause(@TempDir Path folder) throws Exception {
    caused(10, 20, 7, lasting(Kind.DEVICE_SUSPENDED), Cause.Change.brief(Kind.TABLE_CLEARED));
    try (JournalWriter writer = JournalWriter.open(folder.resolve("journal"))) {
      writer.append(started());
      try (RecordedEvents read = RecordedEvents.open(folder.resolve("journal"), System::nanoTime)) {
        assertFalse(read.hasProbes());
        assertFalse(read.await(causes.get(0), 0));
        probed(15, SUSPENDED, 7);
        writer.append(events.get(0).withSeq(2));

        assertTrue(read.await(causes.get(0), 60_000_000_000L));
        assertEquals(2, read.all().size());
        assertEquals(List.of(), read.losses());

        writer.append(
            EventRecord.of(new DmEvent.Gap("uevent", 3, T0, T0 + 1, "full")).seq(3).build());
        assertTrue(read.losses().get(0).contains("3"), read.losses().toString());
      }
    }
  }

  private static EventRecord started() throws IOException {
    return Objects.requireNonNull(
        EventRecord.of(
                new DmEvent.RecordingStarted(
                    "boot", "6.1", "4.47.0", "1", "host", List.of("dm"), 1, "read", "", "", 0))
            .seq(1)
            .build());
  }
}
