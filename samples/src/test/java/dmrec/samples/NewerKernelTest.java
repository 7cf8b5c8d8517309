package dmrec.samples;

import org.junit.jupiter.api.Order;

/** What holds for the stock kernel holds for a newer one, whose structures lie elsewhere. */
@Order(8)
final class NewerKernelTest extends ExactTest {
  @Override
  String kernel() {
    return "6.12";
  }
}
