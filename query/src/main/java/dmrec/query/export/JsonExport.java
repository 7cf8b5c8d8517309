package dmrec.query.export;

import dmrec.event.EventJson;
import dmrec.event.EventRecord;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** {@link EventJson}, which is ASCII and leaves nothing out. */
final class JsonExport implements EventExport {
  private final OutputStream out;

  JsonExport(OutputStream out) {
    this.out = out;
  }

  @Override
  public void write(EventRecord record) throws IOException {
    out.write(EventJson.write(record).getBytes(StandardCharsets.US_ASCII));
    out.write('\n');
  }

  @Override
  public void finish() {}
}
