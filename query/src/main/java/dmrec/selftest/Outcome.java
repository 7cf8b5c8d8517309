package dmrec.selftest;

/**
 * A step that could not be done.
 *
 * @param why in words
 * @param isLacking whether the kernel lacks a target, which is no failure
 */
record Outcome(String step, String why, boolean isLacking) {}
