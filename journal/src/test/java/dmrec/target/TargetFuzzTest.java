package dmrec.target;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Lines cut, shuffled, and with words swapped for others: nothing is thrown, lost or invented. */
class TargetFuzzTest {
  private static final int ROUNDS = 200_000;

  private static final List<String> ODD_WORDS =
      List.of("", "-", "0", "-1", "2147483647", "9223372036854775808", "4/", "/", "8:16", "4096:0");

  private final Random random = new Random(20260301);

  @Test
  void everyStatusPrintsBackWhateverHappenedToIt() {
    List<TargetStatusTest.Sample> samples = TargetStatusTest.samples();
    for (int i = 0; i < ROUNDS; i++) {
      TargetStatusTest.Sample sample = pick(samples);
      String type = random.nextInt(8) == 0 ? pick(samples).type() : sample.type();
      String text = damaged(sample.text());

      TargetStatus status = TargetStatus.parse(type, text);

      assertEquals(text, status.text());
      exercise(status);
    }
  }

  /** Accessors must hold for whatever was parsed. */
  private static void exercise(TargetStatus status) {
    if (status instanceof Multipath multipath) {
      assertTrue(multipath.validPaths() >= 0);
    } else if (status instanceof Mirror mirror) {
      assertTrue(mirror.logState().compareTo(Mirror.LogState.UNKNOWN) <= 0);
      assertTrue(mirror.legHealth(mirror.legs().size()).compareTo(Mirror.LegHealth.UNKNOWN) <= 0);
    } else if (status instanceof ThinPool pool && pool.usage() != null) {
      assertTrue(pool.usage().freeDataBlocks() >= 0);
    }
  }

  @Test
  void everyReferenceIsAWordOfTheLine() {
    List<String[]> lines =
        List.of(
            new String[] {"striped", "2 128 8:16 0 8:32 0"},
            new String[] {"mirror", "disk 2 254:2 1024 2 254:0 0 254:1 0 1 handle_errors"},
            new String[] {"multipath", "0 1 alua 1 1 round-robin 0 2 1 1:0 1 1:1 1 "},
            new String[] {"raid", "raid5_ls 3 128 journal_dev 9:9 2 - 1:1 1:2 1:3"},
            new String[] {"integrity", "8:1 0 4 J 1 meta_device:8:2"},
            new String[] {"verity", "1 8:1 8:2 4096 4096 100 1 sha256 ab cd"},
            new String[] {"delay", "8:1 0 5 8:2 0 6"},
            new String[] {"switch", "2 128 0 8:1 0 8:2 0"},
            new String[] {"other", "8:1 0 8:2 word"});
    for (int i = 0; i < ROUNDS; i++) {
      String[] line = pick(lines);
      String params = damaged(line[1]);
      for (DevNo device : TableReferences.devices(line[0], params)) {
        assertTrue(isWord(device, params), params);
      }
    }
  }

  private static boolean isWord(DevNo device, String params) {
    for (String word : params.split(" ", -1)) {
      String number = word.startsWith("meta_device:") ? word.substring(12) : word;
      if (DevNo.isDevNo(number) && DevNo.parse(number).equals(device)) {
        return true;
      }
    }
    return false;
  }

  private String damaged(String text) {
    String result = text;
    for (int n = random.nextInt(3); n >= 0; n--) {
      result = damagedOnce(result);
    }
    return result;
  }

  private String damagedOnce(String text) {
    List<String> words = new ArrayList<>(Arrays.asList(text.split(" ", -1)));
    int at = random.nextInt(words.size());
    switch (random.nextInt(6)) {
      case 0 -> {
        return text.substring(0, random.nextInt(text.length() + 1));
      }
      case 1 -> words.set(at, pick(ODD_WORDS));
      case 2 -> words.remove(at);
      case 3 -> words.add(at, words.get(random.nextInt(words.size())));
      case 4 -> words.set(at, Integer.toString(random.nextInt(20)));
      default -> {
        StringBuilder changed = new StringBuilder(text + " ");
        int place = random.nextInt(changed.length());
        changed.setCharAt(place, (char) (changed.charAt(place) ^ 1 << random.nextInt(8)));
        return changed.toString();
      }
    }
    return String.join(" ", words);
  }

  private <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }
}
