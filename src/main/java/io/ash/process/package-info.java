/**
 * Child processes and the one thread that starts them.
 *
 * <p>Parent-death signals follow the thread that spawned a child, not the process: a child started
 * from a pool thread dies when that thread is retired. So every child of ash is started by {@link
 * io.ash.process.Spawner}, whose thread lives as long as the process.
 */
@NullMarked
package io.ash.process;

import org.jspecify.annotations.NullMarked;
