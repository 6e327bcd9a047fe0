package io.ash.link;

import io.ash.model.Refused;
import org.jspecify.annotations.Nullable;

/** What comes back over the bus: exactly one of a value, a refusal and the report of a breakage. */
sealed interface Answer {
  /** The call was done. */
  record Value(@Nullable Object value) implements Answer {}

  /** The call was refused. */
  record No(Refused refused) implements Answer {}

  /** The one who was asked broke. */
  record Broken(String what) implements Answer {}
}
