/**
 * How a tree of files travels between people and ash: as a gzipped tar that nobody trusts, without
 * the names that are left out. Both wings use it, one for live workspaces, the other for snapshots,
 * so what one packs the other unpacks by the same rules.
 *
 * <p>What blocks says so; nothing here touches a disk.
 */
@NullMarked
package io.ash.archive;

import org.jspecify.annotations.NullMarked;
