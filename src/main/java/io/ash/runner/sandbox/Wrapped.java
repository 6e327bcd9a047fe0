package io.ash.runner.sandbox;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A command as the host must run it.
 *
 * @param command program and arguments
 * @param env the environment on the host
 * @param directory to start in, null for any
 * @param arguments a file the command reads as descriptor 8, to be deleted once it is open
 * @param filter a file the command reads as descriptor 9
 */
record Wrapped(
    List<String> command,
    Map<String, String> env,
    @Nullable Path directory,
    @Nullable Path arguments,
    @Nullable Path filter) {}
