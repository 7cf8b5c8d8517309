package dmrec.journal.seal;

import dmrec.event.Bytes;
import dmrec.journal.file.Chain;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What a verification does not prove. */
final class NotProved {
  private NotProved() {}

  /**
   * What is left to believe.
   *
   * @param given whether the key was given, and not read from the journal
   * @param setBackTo the earliest time that was signed before its key was made; {@link
   *     Long#MAX_VALUE} for none
   */
  static List<String> texts(
      Bytes root, boolean given, long sealedSeq, long lastSeq, boolean isStopped, long setBackTo) {
    List<String> texts = new ArrayList<>();
    if (root.equals(Chain.ZERO)) {
      texts.add("who wrote it: without a key, whoever can write the files can seal others anew");
    } else if (!given) {
      texts.add(
          "that the key is the right one: it was read from the journal itself; give it (--key)");
    }
    if (!root.equals(Chain.ZERO)) {
      texts.add("what was sealed since the key last changed, should the key have been stolen");
    }
    if (setBackTo != Long.MAX_VALUE) {
      texts.add(
          "times from "
              + Instant.ofEpochSecond(0, setBackTo)
              + " on, before the key that signed them was made: the clock was set back, or they were"
              + " made up with a stolen key");
    }
    if (lastSeq > sealedSeq) {
      texts.add("#" + (sealedSeq + 1) + " to #" + lastSeq + ": they are not sealed yet");
    }
    texts.add(
        isStopped
            ? "that nothing was recorded later and cut off at a seal, or in whole files"
            : "that it did not go on: an end cut off at a seal looks like a recorder that was"
                + " killed there");
    texts.add("that what the kernel said is true");
    return texts;
  }
}
