/**
 * Settings: the typed reader over environment, file and defaults, and values that must not be
 * printed.
 */
@NullMarked
package io.ash.config;

import org.jspecify.annotations.NullMarked;
