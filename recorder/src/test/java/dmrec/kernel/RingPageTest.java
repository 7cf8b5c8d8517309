package dmrec.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class RingPageTest {
  static final String FORMAT =
      """
      name: path
      ID: 1700
      format:
      \tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
      \tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;
      \tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;
      \tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;

      \tfield:unsigned long __probe_ip;\toffset:8;\tsize:8;\tsigned:0;
      \tfield:__data_loc char[] name;\toffset:16;\tsize:4;\tsigned:1;
      \tfield:s32 valid;\toffset:20;\tsize:4;\tsigned:1;
      \tfield:char comm[8];\toffset:24;\tsize:8;\tsigned:0;
      \tfield:u32 pair[2];\toffset:32;\tsize:8;\tsigned:0;

      print fmt: "(%lx) name=\\"%s\\"", REC->__probe_ip
      """;

  static final String HEADER_PAGE =
      """
      \tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;
      \tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;
      \tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;
      \tfield: char data;\toffset:16;\tsize:4080;\tsigned:1;
      """;

  private static final long START_NS = 5_000_000_000L;

  /** An event of {@link #FORMAT}; a text of null could not be read. */
  static byte[] event(@Nullable String name, int valid) {
    byte[] text = name == null ? new byte[0] : (name + "\0").getBytes(StandardCharsets.UTF_8);
    ByteBuffer event =
        ByteBuffer.allocate((40 + text.length + 3) & ~3).order(ByteOrder.nativeOrder());
    event.putShort((short) 1700).put((byte) 0x10).put((byte) 0).putInt(515).putLong(-1L);
    event.putInt(40 | text.length << 16).putInt(valid).put("dd".getBytes(StandardCharsets.UTF_8));
    return event.position(40).put(text).array();
  }

  static Map<Integer, TraceFormat> formats() throws KernelException {
    TraceFormat format = TraceFormat.parse("path", FORMAT);
    return Map.of(format.id(), format);
  }

  private static List<ProbeHit> decode(ByteBuffer page) throws KernelException {
    List<ProbeHit> hits = new ArrayList<>();
    new RingPage(page, PageWriter.DATA_AT).decode(formats(), 3, hits);
    return hits;
  }

  @Test
  void readsEventsOfEveryShapeWithTheirTimes() throws Exception {
    byte[] stranger = event("8:99", 9);
    stranger[0]++;
    List<ProbeHit> hits =
        decode(
            new PageWriter(4096, START_NS)
                .event(0, event("8:16", 3))
                .event(100, stranger)
                .discarded(7, 16)
                .longEvent(20, event("8:" + "3".repeat(300), -1))
                .timeExtend(3_000_000_000L)
                .event(1, event("8:48", 2))
                .absoluteTime(1L << 40)
                .event(5, event(null, 1))
                .endPadding()
                .event(5, event("8:64", 0))
                .page());

    assertEquals(
        List.of(0L, 127L, 3_000_000_128L, (1L << 40) + 5 - START_NS),
        hits.stream().map(hit -> hit.bootNs() - START_NS).toList());
    ProbeHit first = hits.get(0);
    assertEquals("path", first.name());
    assertEquals(List.of(3, 515, 0x10), List.of(first.cpu(), first.tid(), first.flags()));
    assertEquals("8:16", first.text("name"));
    assertEquals("dd", first.text("comm"));
    assertEquals(3, first.number("valid"));
    assertEquals(-1, first.number("__probe_ip"));
    assertEquals(4, first.fields().size());
    assertNull(first.text("valid"));
    assertEquals(0, first.number("nosuch"));
    assertEquals("8:" + "3".repeat(300), hits.get(1).text("name"));
    assertEquals(-1, hits.get(1).number("valid"));
    assertEquals("", hits.get(3).text("name"));
  }

  @Test
  void tellsWhatWasLostBefore() throws Exception {
    PageWriter writer = new PageWriter(4096, START_NS).event(0, event("8:16", 3));
    assertFalse(new RingPage(writer.page(), 16).isLossy());

    RingPage counted = new RingPage(writer.pageThatLost(5_000_000_000L), 16);
    assertTrue(counted.isLossy());
    assertEquals(5_000_000_000L, counted.lost());

    RingPage uncounted = new RingPage(writer.lossy().page(), 16);
    assertTrue(uncounted.isLossy());
    assertEquals(-1, uncounted.lost());
  }

  @Test
  void fullPageHasNoEndAndNoRoomForACount() throws Exception {
    PageWriter writer = new PageWriter(16 + 2 * 52, START_NS).lossy();
    ByteBuffer page = writer.event(0, event("8:16", 3)).event(1, event("8:32", 2)).page();
    assertEquals(2, decode(page).size());
    page.putLong(8, page.getLong(8) | 1 << 30);
    assertEquals(-1, new RingPage(page, 16).lost());
  }

  @Test
  void brokenPageGivesWhatIsBeforeAndSaysWhere() throws Exception {
    PageWriter writer = new PageWriter(4096, START_NS).event(0, event("8:16", 3));
    List<ProbeHit> hits = new ArrayList<>();
    RingPage ring = new RingPage(writer.word(0).word(4000).page(), 16);
    KernelException e = assertThrows(KernelException.class, () -> ring.decode(formats(), 0, hits));
    assertEquals(1, hits.size());
    assertTrue(
        e.getMessage().startsWith("Cannot read a page of the trace buffer at byte 72: expected"),
        e.getMessage());

    assertThrows(KernelException.class, () -> new RingPage(ByteBuffer.allocate(15), 16));
    ByteBuffer tooLong = new PageWriter(4096, 0).page().putLong(8, 4081);
    assertThrows(KernelException.class, () -> new RingPage(tooLong, 16));
    assertThrows(
        KernelException.class, () -> decode(new PageWriter(4096, 0).event(0, new byte[4]).page()));
  }

  @Test
  void textOutsideItsEventIsBroken() {
    byte[] event = event("8:16", 3);
    event[18] = 100;
    KernelException e =
        assertThrows(
            KernelException.class, () -> decode(new PageWriter(4096, 0).event(0, event).page()));
    assertTrue(e.getMessage().contains("text name of event path"), e.getMessage());
    assertThrows(
        KernelException.class,
        () -> decode(new PageWriter(4096, 0).event(0, Arrays.copyOf(event, 36)).page()));
  }

  @Test
  void textCountedFromBehindItsFieldIsRead() throws Exception {
    String format = FORMAT.replace("__data_loc", "__rel_loc");
    byte[] event = event("8:16", 3);
    event[16] = 20;
    List<ProbeHit> hits = new ArrayList<>();
    new RingPage(new PageWriter(4096, 0).event(0, event).page(), 16)
        .decode(Map.of(1700, TraceFormat.parse("path", format)), 0, hits);
    assertEquals("8:16", hits.get(0).text("name"));
  }

  @Test
  void refusesFormatsThatAreNone() throws Exception {
    assertEquals(new TraceFormat.Page(16, 4096), TraceFormat.page(HEADER_PAGE));
    for (String wrong :
        List.of(
            "",
            FORMAT.replace("ID: 1700", "ID: x"),
            FORMAT.replace("common_pid;\toffset:4", "common_pid;\toffset:8"),
            FORMAT.replace("size:4;\tsigned:1;\n\tfield:s32", "size:8;\tsigned:1;\n\tfield:s32"),
            FORMAT.replace("offset:24", "offset:99999"),
            FORMAT.replace("valid;", "valid"))) {
      assertThrows(KernelException.class, () -> TraceFormat.parse("path", wrong), wrong);
    }
    for (String wrong :
        List.of(
            "",
            HEADER_PAGE.replace("size:4080", "size:9999999"),
            HEADER_PAGE.replace("commit;\toffset:8;\tsize:8", "commit;\toffset:8;\tsize:4"),
            HEADER_PAGE.replace("offset:16", "offset:8"))) {
      assertThrows(KernelException.class, () -> TraceFormat.page(wrong), wrong);
    }
  }
}
