package dmrec.bundle;

import dmrec.event.Sha256;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;

/** Passes bytes on, counts and hashes them; closing it closes nothing. */
public final class Hashed extends FilterOutputStream {
  private final MessageDigest digest = Sha256.digest();
  private long bytes;

  public Hashed(OutputStream out) {
    super(out);
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

  /** What was written so far; asked once, behind all of it. */
  public Manifest.Content content() {
    return new Manifest.Content(bytes, Sha256.hex(digest));
  }
}
