package dmrec.query;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dmrec.event.DeviceRef;
import dmrec.target.DevNo;
import org.junit.jupiter.api.Test;

class NamesTest {
  @Test
  void leavesPlainNamesAlone() {
    assertEquals("vg0-root", Names.quoted("vg0-root"));
    assertEquals("données", Names.quoted("données"));
    assertEquals("a@b:c+d=e#f.g", Names.quoted("a@b:c+d=e#f.g"));
  }

  @Test
  void quotesWhatCouldBeTakenForSomethingElse() {
    assertEquals("\"my vol\"", Names.quoted("my vol"));
    assertEquals("\"a\u00a0b\"", Names.quoted("a\u00a0b"));
    assertEquals("\"say \\x22hi\\x22\"", Names.quoted("say \"hi\""));
    assertEquals("\"it's\"", Names.quoted("it's"));
    assertEquals("\"(254:0)\"", Names.quoted("(254:0)"));
    assertEquals("\"-\"", Names.quoted("-"));
    assertEquals("\"\"", Names.quoted(""));
  }

  @Test
  void escapesWhatATerminalMayActOn() {
    assertEquals("\"a\\x1b\\x5cb\\xff\"", Names.quoted("a\u001b\\b\udcff"));
  }

  @Test
  void showsMangledNamesAsTheKernelHasThem() {
    assertEquals("my\\x20disk", Names.quoted("my\\x20disk"));
    assertEquals("\"a\\x5cn\"", Names.quoted("a\\n"));
  }

  @Test
  void fallsBackToTheNumberOfADeviceWithoutAName() {
    assertEquals("254:3", Names.of(new DeviceRef(new DevNo(254, 3), 0, "", "")));
  }
}
