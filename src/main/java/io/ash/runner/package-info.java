/**
 * The runner wing: hosts of sessions, the uplink that carries what agents say, the heartbeat.
 *
 * <p>Every class here is confined to one event loop, the runner loop, unless it says otherwise;
 * whatever blocks happens in the sub-rooms on threads of their own. What holds state asks {@link
 * io.ash.time.Confined} at its doors, and what completes on other threads comes back through {@link
 * OnLoop}.
 */
@NullMarked
package io.ash.runner;

import org.jspecify.annotations.NullMarked;
