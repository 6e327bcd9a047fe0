/**
 * Agents: deployed folders with versions, what their {@code ash.yaml} says, and their files.
 *
 * <p>A deployed folder is a manifest and blobs; nothing is read from its source again.
 */
@NullMarked
package io.ash.coordinator.agent;

import org.jspecify.annotations.NullMarked;
