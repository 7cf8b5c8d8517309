package dmrec.query;

import dmrec.target.DevNo;
import java.util.ArrayList;
import java.util.List;

/** Which devices the legs of a raid target are: its table says so in pairs, metadata and data. */
final class RaidLegs {
  private RaidLegs() {}

  /** For each leg its devices; nothing where the line is of another form. */
  static List<List<DevNo>> of(String params) {
    String[] words = params.split(" ", -1);
    List<List<DevNo>> legs = new ArrayList<>();
    int at = 2 + count(words, 1);
    int pairs = count(words, at);
    for (int i = 0; i < pairs && at + 2 + 2 * i < words.length; i++) {
      List<DevNo> devices = new ArrayList<>();
      for (int k = 1; k <= 2; k++) {
        String word = words[at + 2 * i + k];
        if (DevNo.isDevNo(word)) {
          devices.add(DevNo.parse(word));
        }
      }
      legs.add(List.copyOf(devices));
    }
    return List.copyOf(legs);
  }

  private static int count(String[] words, int index) {
    return index < words.length && words[index].matches("[0-9]{1,4}")
        ? Integer.parseInt(words[index])
        : 0;
  }
}
