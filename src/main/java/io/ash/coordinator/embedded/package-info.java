/**
 * The PostgreSQL that ash brings along: unpacks its binaries, makes the cluster, runs the server
 * below a private directory and keeps it running.
 *
 * <p>Everything here except {@link io.ash.coordinator.embedded.EmbeddedPostgres} blocks and belongs
 * on a worker thread. The server listens only on a UNIX socket in a directory of its own; who holds
 * the {@link io.ash.coordinator.embedded.DataLock} owns the directory, and any server process found
 * there is a leftover that is ended first.
 */
@NullMarked
package io.ash.coordinator.embedded;

import org.jspecify.annotations.NullMarked;
