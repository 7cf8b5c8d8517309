package dmrec.cli.replay;

import dmrec.handler.UeventPort;
import dmrec.handler.UeventWay;
import dmrec.kernel.UeventSender;
import java.nio.ByteBuffer;
import java.util.List;

/** Sends nothing, and finds too long what the kernel would. */
final class DryUeventPort implements UeventPort {
  /** The kernel's buffer, less the message's header and a SEQNUM of six digits. */
  private static final int INJECTED_BYTES = 2048 - 16 - "SEQNUM=123456".length() - 1;

  private final ByteBuffer message = ByteBuffer.allocate(UeventSender.MESSAGE_BYTES);
  private final int mostBytes;

  DryUeventPort(UeventWay way) {
    mostBytes = way == UeventWay.KERNEL ? INJECTED_BYTES : UeventSender.MESSAGE_BYTES;
  }

  @Override
  public ByteBuffer message() {
    return message;
  }

  @Override
  public boolean send(int lengthBytes) {
    return lengthBytes <= mostBytes;
  }

  @Override
  public boolean isDry() {
    return true;
  }

  @Override
  public Delivery settle() {
    return new Delivery(0, List.of(), List.of());
  }

  @Override
  public void close() {}
}
