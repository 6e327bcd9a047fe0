/**
 * Sandboxes: the jail one session's processes live in, its limits, its end.
 *
 * <p>One {@link io.ash.runner.sandbox.Jail} describes what every process of a session sees; {@link
 * io.ash.runner.sandbox.Sandboxes} makes sandboxes from it; a {@link io.ash.runner.sandbox.Sandbox}
 * starts processes and takes all of them away again. bubblewrap builds the jail, cgroups hold the
 * limits where the host allows it, and what the host cannot enforce is said, not hidden.
 */
@NullMarked
package io.ash.runner.sandbox;

import org.jspecify.annotations.NullMarked;
