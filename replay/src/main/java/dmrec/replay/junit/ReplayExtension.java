package dmrec.replay.junit;

import dmrec.topology.Topology;
import java.io.IOException;
import java.time.Clock;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.platform.commons.support.AnnotationSupport;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.IncompleteExecutionException;

/** What {@link ReplayJournal} does. */
final class ReplayExtension implements ParameterResolver, TestExecutionExceptionHandler {
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(ReplayExtension.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == ReplayedStream.class || type == Topology.class || type == Clock.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    ReplayedStream stream = stream(context);
    Class<?> type = parameter.getParameter().getType();
    if (type == Topology.class) {
      return stream.topology();
    }
    return type == Clock.class ? stream.clock() : stream;
  }

  /** One for each run of the method. */
  private static ReplayedStream stream(ExtensionContext context) {
    ReplayedStream stream = known(context);
    if (stream == null) {
      stream = read(context);
      context.getStore(NAMESPACE).put(ReplayedStream.class, stream);
    }
    return stream;
  }

  private static @Nullable ReplayedStream known(ExtensionContext context) {
    return context.getStore(NAMESPACE).get(ReplayedStream.class, ReplayedStream.class);
  }

  private static ReplayedStream read(ExtensionContext context) {
    ReplayJournal wanted =
        AnnotationSupport.findAnnotation(context.getElement(), ReplayJournal.class)
            .orElseThrow(
                () ->
                    new ParameterResolutionException(
                        "@ReplayJournal: expected on the test method, found on none"));
    try {
      return new StreamReader(wanted.value(), Set.of(wanted.kinds()), wanted.from(), wanted.to())
          .read(context.getRequiredTestClass());
    } catch (IOException | IllegalArgumentException e) {
      throw new ParameterResolutionException("@ReplayJournal: " + e.getMessage(), e);
    }
  }

  /** Says where in the stream it failed, where every report shows it: at the message's begin. */
  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable thrown)
      throws Throwable {
    ReplayedStream stream = known(context);
    if (stream == null
        || thrown instanceof IncompleteExecutionException
        || thrown instanceof VirtualMachineError) {
      throw thrown;
    }
    if (thrown instanceof AssertionFailedError failed) {
      // What was expected and found stays with it, for those who show the difference.
      AssertionFailedError told =
          failed.isExpectedDefined()
              ? new AssertionFailedError(
                  stream.place() + ": " + failed.getMessage(),
                  failed.getExpected(),
                  failed.getActual(),
                  failed.getCause())
              : new AssertionFailedError(
                  stream.place() + ": " + failed.getMessage(), failed.getCause());
      told.setStackTrace(failed.getStackTrace());
      for (Throwable suppressed : failed.getSuppressed()) {
        told.addSuppressed(suppressed);
      }
      throw told;
    }
    throw new AssertionError(
        stream.place() + ": " + (thrown instanceof AssertionError ? thrown.getMessage() : thrown),
        thrown);
  }
}
