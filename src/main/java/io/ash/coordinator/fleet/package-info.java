/** Runners: who is there, how to reach them, and what becomes of sessions whose runner is not. */
@NullMarked
package io.ash.coordinator.fleet;

import org.jspecify.annotations.NullMarked;
