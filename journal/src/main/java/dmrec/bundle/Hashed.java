package dmrec.bundle;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Passes bytes on, counts and hashes them; closing it closes nothing. */
final class Hashed extends FilterOutputStream {
  private final MessageDigest digest = sha256();
  private long bytes;

  Hashed(OutputStream out) {
    super(out);
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  @Override
  public void write(int b) throws IOException {
    out.write(b);
    digest.update((byte) b);
    bytes++;
  }

  @Override
  public void write(byte[] b, int off, int len) throws IOException {
    out.write(b, off, len);
    digest.update(b, off, len);
    bytes += len;
  }

  @Override
  public void close() throws IOException {
    flush();
  }

  Manifest.Content content() {
    return new Manifest.Content(bytes, HexFormat.of().formatHex(digest.digest()));
  }
}
