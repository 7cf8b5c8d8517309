package dmrec.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TableKeysTest {

  static final String KEY = "5ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2e7abcd";
  static final String MASKED = "0".repeat(KEY.length());

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          crypt      | aes-xts-plain64 KEY 0 8:1 4096                   | aes-xts-plain64 MASK 0 8:1 4096
          crypt      | aes-cbc-essiv:sha256 0a0b 0 8:1 0 1 allow_discards | aes-cbc-essiv:sha256 0000 0 8:1 0 1 allow_discards
          crypt      | cipher_null-ecb - 0 8:1 0                        | cipher_null-ecb 0 0 8:1 0
          crypt      | aes-xts-plain64 :64:logon:cryptsetup:ab-d0 0 8:1 0 | aes-xts-plain64 :64:logon:cryptsetup:ab-d0 0 8:1 0
          crypt      | aes-xts-plain64 :KEY 0 8:1 0                     | aes-xts-plain64 0MASK 0 8:1 0
          integrity  | 8:1 0 32 J 1 internal_hash:hmac(sha256):KEY      | 8:1 0 32 J 1 internal_hash:hmac(sha256):MASK
          integrity  | 8:1 0 4 J 3 internal_hash:crc32c journal_mac:hmac(sha1):0a0b journal_crypt:ctr(aes):KEY | 8:1 0 4 J 3 internal_hash:crc32c journal_mac:hmac(sha1):0000 journal_crypt:ctr(aes):MASK
          inlinecrypt | aes KEY 0 8:1 0                                 | aes MASK 0 8:1 0
          default-key | aes-xts KEY 0 8:1 0                             | aes-xts MASK 0 8:1 0
          verity     | 1 8:1 8:2 4096 4096 1 1 sha256 KEY -             | 1 8:1 8:2 4096 4096 1 1 sha256 KEY -
          linear     | 8:1 0                                            | 8:1 0
          """)
  void masksKeysAndNothingElse(String type, String params, String expected) throws Exception {
    String line = params.replace("KEY", KEY);
    String masked = expected.replace("MASK", MASKED).replace("KEY", KEY);
    ByteBuffer reply =
        Replies.of(3)
            .target(0, 8, "linear", "8:1 0")
            .target(8, 8, type, line)
            .target(16, 8, "zero", "")
            .build();

    TableKeys.mask(reply);

    assertEquals(masked, StatusReply.decode(reply).targets().get(1).text());
    assertEquals("8:1 0", StatusReply.decode(reply).targets().get(0).text());
    assertEquals(masked, TableKeys.maskText(type, line));
  }

  @Test
  void wipesTheBodyOfAReplyItCannotWalk() {
    ByteBuffer reply = Replies.of(2).target(0, 8, "crypt", "aes " + KEY + " 0 8:1 0").build();
    byte[] expected = Arrays.copyOf(Arrays.copyOf(Replies.bytes(reply), 312), reply.limit());

    TableKeys.mask(reply);

    assertEquals(-1, Arrays.mismatch(Replies.bytes(reply), expected));
  }

  @Test
  void wipesWhatAnEarlierReplyLeftBehind() {
    ByteBuffer reply = Replies.of(1).target(0, 8, "zero", "").build();
    int end = reply.limit();
    reply.limit(end + 64);
    reply.put(end, Replies.bytes(Replies.ascii(KEY)));

    TableKeys.mask(reply);

    byte[] tail = Arrays.copyOfRange(Replies.bytes(reply), end, end + 64);
    assertEquals(-1, Arrays.mismatch(tail, new byte[64]));
  }

  @Test
  void wipesAReplyThatDidNotFit() {
    ByteBuffer reply = Replies.of(1).target(0, 8, "crypt", "aes " + KEY).build();
    reply.order(ByteOrder.LITTLE_ENDIAN).putInt(28, 1 << 8);

    TableKeys.mask(reply);

    byte[] body = Arrays.copyOfRange(Replies.bytes(reply), 312, reply.limit());
    assertEquals(-1, Arrays.mismatch(body, new byte[body.length]));
  }
}
