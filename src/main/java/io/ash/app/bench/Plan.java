package io.ash.app.bench;

import java.time.Duration;

/**
 * How long and how wide to measure.
 *
 * @param sessions loops at the same time, each one call after another
 * @param warmup run before anything is counted
 * @param length counted time
 * @param events messages an agent says in one turn
 * @param deltas pieces of text an agent streams in one turn
 */
public record Plan(int sessions, Duration warmup, Duration length, int events, int deltas) {}
