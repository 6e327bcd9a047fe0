/**
 * The files of one session on a runner: the only room that touches what an agent can change. All
 * names are resolved against open directories and links are never followed, so nothing here leads
 * outside a workspace or home, whatever runs in the sandbox meanwhile.
 *
 * <p>Classes that block say so; {@link io.ash.runner.workspace.Workspace} calls them on a worker
 * pool and gives futures.
 */
@NullMarked
package io.ash.runner.workspace;

import org.jspecify.annotations.NullMarked;
