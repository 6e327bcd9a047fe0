package io.ash.wire;

import java.util.List;

/** One verdict for each batch, in order. */
public record Appended(List<Verdict> verdicts) {}
