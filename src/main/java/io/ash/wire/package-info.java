/**
 * The words the two wings exchange: what may be asked of a runner and of a coordinator.
 *
 * <p>Calls and replies are immutable records. A "no" is a reply or a {@link io.ash.model.Refused}
 * failure and means the same over every carrier; any other failure means that the outcome is
 * unknown.
 */
@NullMarked
package io.ash.wire;

import org.jspecify.annotations.NullMarked;
