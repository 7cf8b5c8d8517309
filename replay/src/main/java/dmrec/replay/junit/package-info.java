/** Recorded events in the tests of a program that handles them: a JUnit 5 extension. */
@NullMarked
package dmrec.replay.junit;

import org.jspecify.annotations.NullMarked;
