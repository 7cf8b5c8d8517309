/** Evidence of programs other than dmrec, read as if dmrec had been there. */
@org.jspecify.annotations.NullMarked
package dmrec.foreign;
