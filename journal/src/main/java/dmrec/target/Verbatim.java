package dmrec.target;

/** A status without a typed form: an unknown target, none at all, or text not of its form. */
public record Verbatim(String targetType, String text) implements TargetStatus {}
