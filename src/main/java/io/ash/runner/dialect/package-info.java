/**
 * What the process inside a sandbox speaks: lines in, lines out.
 *
 * <p>A {@link io.ash.runner.dialect.Dialect} turns the lines of an agent into events of the journal
 * and the calls of a session into lines for the agent. Nothing here does input or output except
 * {@link io.ash.runner.dialect.Executables}, which looks at the file system: whoever owns the
 * process carries the bytes. The jail shows every agent the same two directories, {@link
 * io.ash.runner.dialect.AgentCommand#WORKSPACE} and {@link
 * io.ash.runner.dialect.AgentCommand#HOME}.
 */
@NullMarked
package io.ash.runner.dialect;

import org.jspecify.annotations.NullMarked;
