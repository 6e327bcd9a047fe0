/**
 * The content-addressed store of agent files and workspaces: keys, manifests and where bytes live.
 */
@NullMarked
package io.ash.blob;

import org.jspecify.annotations.NullMarked;
