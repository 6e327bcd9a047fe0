/**
 * Sessions: create, send, interrupt, pause, resume, stop, end, fork, and what lies in their
 * workspaces.
 */
@NullMarked
package io.ash.coordinator.session;

import org.jspecify.annotations.NullMarked;
